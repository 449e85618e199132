// Keeps the page and its files for the time without a line. What people send and read never passes through here.
"use strict";

const CACHE = `courier-${VERSION}`;
// How long a page is waited for before the kept one is shown, milliseconds: a line that is only nearly there is none.
const PATIENCE = 3000;

self.addEventListener("install", (event) => {
  const files = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(["/", ...FILES]);
    await self.skipWaiting();
  };
  event.waitUntil(files());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

async function page(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match("/");
  const fresh = async () => {
    const answer = await fetch(request);
    if (answer.ok) await cache.put("/", answer.clone());
    return answer;
  };
  if (!kept) return fresh();
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
  const answer = fresh().then(
    (answer) => (answer.status >= 500 ? kept : answer),
    () => kept,
  );
  return Promise.race([answer, late]);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === "/") event.respondWith(page(request));
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname, { cacheName: CACHE }).then((kept) => kept ?? fetch(request)));
  }
});
