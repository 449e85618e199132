// Keys: in a form that says so a single key chooses the answer that is marked with it, while the focus is in that form (WCAG 2.1.4).
// A scanner types too, faster than a hand: what comes so fast chooses nothing and sends nothing.
"use strict";

(() => {
  const form = document.querySelector("form[data-keys]");
  if (!form) return;
  const hand = 70;
  let last = -hand;
  let waiting;

  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.key.length > 1 && event.key !== "Enter") return;
    if (event.target.matches("textarea, select, input:not([type=checkbox]):not([type=radio])")) return;
    const fast = event.timeStamp - last < hand;
    last = event.timeStamp;
    clearTimeout(waiting);
    if (fast || event.repeat) {
      event.preventDefault();
      return;
    }
    const chosen = [...form.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
    if (!chosen) return;
    event.preventDefault();
    waiting = setTimeout(() => {
      chosen.focus();
      chosen.click();
    }, hand);
  });
})();
