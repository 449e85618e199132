// Live views: the server says that something changed, and this part of the page is asked for again. A lost connection is
// said at once, with the time of what still stands there.
"use strict";

(() => {
  const state = document.querySelector("[data-live-state]");
  if (!state) return;
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" });
  let seen = new Date();
  let asking = false;
  let again = false;

  function say(text, lost) {
    const words = text.replace("{time}", clock.format(seen));
    if (state.textContent !== words) state.textContent = words;
    state.classList.toggle("lost", lost);
  }

  const isAlive = () => say(state.dataset.now, false);
  const isLost = () => say(state.dataset.lost, true);

  // Not fetch(): text that becomes markup is what our pages never do; this answers with a document.
  function ask() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    const request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.setRequestHeader("x-passive", "1");
    request.responseType = "document";
    request.timeout = 10000;
    request.addEventListener("loadend", () => {
      asking = false;
      const fresh = request.status === 200 && request.response ? request.response.getElementById("live") : null;
      const part = document.getElementById("live");
      if (fresh && part) {
        // Whoever has a table open, or stands on a link, stays there.
        const open = new Set([...part.querySelectorAll("details")].flatMap((one, place) => (one.open ? [place] : [])));
        const links = [...part.querySelectorAll("a, summary")];
        const focused = links.indexOf(document.activeElement);
        part.replaceWith(document.adoptNode(fresh));
        fresh.querySelectorAll("details").forEach((one, place) => {
          one.open = open.has(place);
        });
        if (focused >= 0) fresh.querySelectorAll("a, summary")[focused]?.focus({ preventScroll: true });
        seen = new Date();
        isAlive();
      } else {
        isLost();
      }
      if (again) {
        again = false;
        ask();
      }
    });
    request.send();
  }

  // The server says something every ten seconds. Who hears nothing for longer has lost the line, whatever the browser
  // believes: a cable that was pulled closes no connection.
  let silence;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(isLost, 25000);
  };
  heard();

  const events = new EventSource(state.dataset.live);
  events.addEventListener("changed", () => {
    heard();
    ask();
  });
  events.addEventListener("still", () => {
    heard();
    if (asking) return;
    seen = new Date();
    isAlive();
  });
  // The server ends a stream now and then, to look again who reads it; only what does not come back is lost.
  let losing;
  events.addEventListener("open", () => clearTimeout(losing));
  events.addEventListener("error", () => {
    clearTimeout(losing);
    if (events.readyState === EventSource.CLOSED) isLost();
    else losing = setTimeout(isLost, 3000);
  });
})();
