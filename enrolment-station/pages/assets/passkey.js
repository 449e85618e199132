// Passkeys: adding one, signing in, unlocking, a second person's word. The buttons are hidden where the browser knows none.
"use strict";

(() => {
  const able = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON;
  if (!able) return;
  for (const place of document.querySelectorAll(".passkey[hidden]")) place.hidden = false;

  const call = async (path, body) => {
    const token = document.body.dataset.token;
    const headers = { accept: "application/json", "content-type": "application/json", "x-token": token };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body || {}) });
    if (answer.status === 403) throw new Error("unknown");
    if (!answer.ok) throw new Error("refused");
    return answer.json();
  };

  async function add() {
    const { publicKey } = await call("/passkeys/start");
    const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
    const credential = await navigator.credentials.create({ publicKey: options });
    const { next } = await call("/passkeys/finish", credential.toJSON());
    location.assign(next);
  }

  async function use(back) {
    const { publicKey } = await call("/sign-in/passkey/start");
    const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
    const credential = await navigator.credentials.get({ publicKey: options });
    const path = `/sign-in/passkey/finish?back=${encodeURIComponent(back || "/")}`;
    return call(path, credential.toJSON());
  }

  // The answer travels with the form of the act.
  async function vouch(button) {
    const { publicKey } = await call(`/passkeys/vouch?about=${encodeURIComponent(button.dataset.about)}`);
    const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
    const credential = await navigator.credentials.get({ publicKey: options });
    button.form.elements.passkey.value = JSON.stringify(credential.toJSON());
    button.form.requestSubmit();
  }

  for (const button of document.querySelectorAll("[data-passkey]")) {
    const place = button.closest(".passkey, main");
    const trouble = place.querySelector(".passkey-trouble");
    button.addEventListener("click", async () => {
      trouble.hidden = true;
      button.disabled = true;
      try {
        if (button.dataset.passkey === "add") await add();
        else if (button.dataset.passkey === "vouch") await vouch(button);
        else {
          const { next } = await use(button.dataset.back);
          if (button.dataset.passkey === "unlock") document.dispatchEvent(new Event("stempel:unlocked"));
          else location.assign(next);
        }
      } catch (error) {
        trouble.textContent = error.message === "unknown" ? button.dataset.unknown : button.dataset.refused;
        trouble.hidden = false;
      }
      button.disabled = false;
    });
  }
})();
