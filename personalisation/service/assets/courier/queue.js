// Sending: in order, one after the other, until the centre has answered each. Whatever is sent twice is known there by its id.
"use strict";

stempel.queue = (() => {
  let token = "";

  class NoLine extends Error {}
  class NotIn extends Error {}

  async function call(method, path, body, kind = "application/json") {
    const headers = { accept: "application/json", "x-token": token };
    if (body !== undefined) headers["content-type"] = kind;
    let answer;
    try {
      answer = await fetch(path, { method, headers, body, redirect: "manual", cache: "no-store" });
    } catch {
      throw new NoLine();
    }
    if (answer.status === 401 || answer.status === 423) throw new NotIn(answer.status === 423 ? "locked" : "sign-in");
    if (answer.status >= 500) throw new NoLine();
    return answer;
  }

  const post = (path, value) => call("POST", path, JSON.stringify(value));

  async function me() {
    const answer = await call("GET", "/me");
    if (!answer.ok) throw new NotIn("forbidden");
    const me = await answer.json();
    token = me.token;
    return me;
  }

  const side = ({ statement, seal, condition }) => post("/sides", { statement, seal, condition });

  const told = (answer) => answer.json().catch(() => ({ result: "refused", why: "malformed" }));

  async function send(item) {
    if (item.kind === "side") {
      const answer = await side(item);
      if (answer.status === 403) throw new NotIn("forbidden");
      return told(answer);
    }
    const answer =
      item.kind === "photograph"
        ? await call("POST", `/photographs/${item.shipment}/${item.id}`, item.picture, "application/octet-stream")
        : await post("/reports", { report: item.id, shipment: item.shipment, kind: item.what, words: item.words });
    if (answer.status === 403) throw new NotIn("forbidden");
    return { result: answer.ok ? "told" : "not-told" };
  }

  // Sends what waits of this person, and asks again about what the other side is missing of. Two windows do not send at once.
  async function flush(person) {
    await navigator.locks.request("courier-send", async () => {
      for (const item of await stempel.keep.queue()) {
        if (item.person === person) await stempel.keep.settle(item, await send(item));
      }
      for (const item of await stempel.keep.sent()) {
        if (item.person !== person || item.kind !== "side" || item.answer.result !== "waits") continue;
        await stempel.keep.answer(item, await send(item));
      }
      await stempel.keep.tidy();
    });
  }

  return { call, post, me, flush, NoLine, NotIn };
})();
