// The idle lock. After the time that the server names without any act of the person, the session is locked and a
// dialogue covers the page; what was typed stays in the page below. All windows of the session lock and unlock together.
"use strict";

(() => {
  const idle = Number(document.body.dataset.idle) * 1000;
  const dialog = document.getElementById("lock");
  if (!idle || !dialog) return;
  const warning = document.getElementById("lock-warning");
  const trouble = document.getElementById("lock-trouble");
  const form = document.getElementById("lock-form");
  const password = document.getElementById("lock-password");
  const code = document.getElementById("lock-code");
  const fully = document.getElementById("lock-fully");
  const others = new BroadcastChannel("session");
  const headers = { accept: "application/json", "x-token": document.body.dataset.token };
  const beat = Math.min(60000, idle / 3);
  let last = Date.now();
  let told = last;
  let locked = false;

  const post = (path) => fetch(path, { method: "POST", headers, redirect: "manual" });

  function cover() {
    if (locked) return;
    locked = true;
    warning.textContent = "";
    document.dispatchEvent(new Event("stempel:locked"));
    document.body.classList.add("covered");
    dialog.showModal();
    document.getElementById("lock-title").focus();
  }

  function uncover() {
    locked = false;
    last = told = Date.now();
    password.value = code.value = "";
    fully.hidden = true;
    trouble.hidden = true;
    document.body.classList.remove("covered");
    dialog.close();
  }

  function acted() {
    if (locked) return;
    last = Date.now();
    warning.textContent = "";
    if (last - told > beat) {
      told = last;
      others.postMessage("active");
      post("/alive").then(
        (answer) => {
          if (answer.status === 423) cover();
          if (answer.status === 401) location.assign("/sign-in");
        },
        () => {},
      );
    }
  }

  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) {
    addEventListener(kind, acted, { passive: true });
  }

  setInterval(() => {
    if (locked) return;
    const quiet = Date.now() - last;
    if (quiet >= idle) {
      cover();
      others.postMessage("locked");
      post("/locked/now").catch(() => {});
    } else if (idle - quiet <= Math.min(60000, idle / 4) && !warning.textContent) {
      warning.textContent = warning.dataset.text;
    }
  }, 500);

  others.addEventListener("message", ({ data }) => {
    if (data === "active" && !locked) last = Date.now();
    if (data === "locked") cover();
    if (data === "unlocked" && locked) uncover();
  });

  // Escape and anything else that closes a dialogue does not close this one.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => {
    if (locked) dialog.showModal();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    delete form.dataset.going;
    const body = new URLSearchParams({ password: password.value, code: code.value });
    try {
      const answer = await fetch("/locked", { method: "POST", headers, body });
      if (answer.ok) {
        uncover();
        others.postMessage("unlocked");
        return;
      }
      if (answer.status === 403) location.assign("/locked");
      const told = await answer.json();
      trouble.textContent = told.message;
      // After the absolute limit a password alone does not do.
      fully.hidden = !told.fully;
    } catch {
      trouble.textContent = form.dataset.offline || "…";
    }
    trouble.hidden = false;
    password.select();
    password.focus();
  });

  document.addEventListener("stempel:unlocked", () => {
    uncover();
    others.postMessage("unlocked");
  });

  // A page that comes back out of the browser's memory may belong to a session that is locked by now.
  addEventListener("pageshow", (event) => {
    if (event.persisted) post("/alive").then((answer) => answer.status === 423 && cover());
  });
})();
