// What the phone keeps (IndexedDB): its key, its tour, what is to be sent, and what came of what was sent.
"use strict";

stempel.keep = (() => {
  const open = new Promise((resolve, reject) => {
    const request = indexedDB.open("courier", 1);
    request.onupgradeneeded = () => {
      const database = request.result;
      database.createObjectStore("facts");
      database.createObjectStore("queue", { keyPath: "place", autoIncrement: true });
      database.createObjectStore("sent", { keyPath: "place", autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  // One transaction over some stores: `work` makes requests; the result is that of the one it returns.
  async function within(stores, mode, work) {
    const database = await open;
    return new Promise((resolve, reject) => {
      // What was promised to be kept survives the loss of power.
      const transaction = database.transaction(stores, mode, { durability: "strict" });
      const request = work(...stores.map((name) => transaction.objectStore(name)));
      transaction.oncomplete = () => resolve(request && request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  const MOST_SENT = 30;

  return {
    fact: (name) => within(["facts"], "readonly", (facts) => facts.get(name)),
    setFact: (name, value) => within(["facts"], "readwrite", (facts) => facts.put(value, name)),
    forget: (name) => within(["facts"], "readwrite", (facts) => facts.delete(name)),
    add: (items) => within(["queue"], "readwrite", (queue) => items.map((item) => queue.add(item)).at(-1)),
    queue: () => within(["queue"], "readonly", (queue) => queue.getAll()),
    // What was answered goes from one store to the other at once: never lost, never twice.
    settle: (item, answer) =>
      within(["queue", "sent"], "readwrite", (queue, sent) => {
        queue.delete(item.place);
        const { place, picture, ...kept } = item;
        return sent.add({ ...kept, answer });
      }),
    sent: () => within(["sent"], "readonly", (sent) => sent.getAll()),
    answer: (item, answer) => within(["sent"], "readwrite", (sent) => sent.put({ ...item, answer })),
    tidy: async () => {
      const all = await within(["sent"], "readonly", (sent) => sent.getAllKeys());
      const old = all.slice(0, -MOST_SENT);
      if (old.length) await within(["sent"], "readwrite", (sent) => old.map((place) => sent.delete(place)).at(-1));
    },
  };
})();
