// Keys: in a form that says so a single key chooses the answer that is marked with it, while the focus is in that form (WCAG 2.1.4).
// A scanner types too, faster than a hand: what comes so fast chooses nothing and is sent by no button. Where the page has a form for
// scans it goes there, so that the page of the card that was scanned opens instead of the one that is open.
"use strict";

(() => {
  const form = document.querySelector("form[data-keys]");
  const scans = document.querySelector("form[data-scans]");
  if (!form && !scans) return;
  const hand = 70;
  const shortest = 6;
  let last = -hand;
  let waiting;
  let burst = "";

  function scanned() {
    clearTimeout(waiting);
    if (scans && burst.length >= shortest) {
      scans.querySelector("input:not([name=token])").value = burst;
      scans.requestSubmit();
    }
    burst = "";
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.key.length > 1 && event.key !== "Enter") return;
    if (event.target.matches("textarea, select, input:not([type=checkbox]):not([type=radio])")) return;
    const fast = event.timeStamp - last < hand;
    last = event.timeStamp;
    clearTimeout(waiting);
    if (event.repeat || fast) {
      event.preventDefault();
      if (event.repeat) return;
      if (event.key === "Enter") scanned();
      else {
        burst += event.key;
        waiting = setTimeout(scanned, 2 * hand);
      }
      return;
    }
    if (burst.length >= shortest) {
      // What ends a scan may come a little later.
      event.preventDefault();
      scanned();
      return;
    }
    burst = event.key === "Enter" ? "" : event.key;
    if (!form?.contains(event.target)) return;
    const chosen = [...form.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
    if (!chosen) return;
    event.preventDefault();
    waiting = setTimeout(() => {
      chosen.focus();
      chosen.click();
    }, hand);
  });
})();
