// The page of couriers and dispatchers: today's tour, handing over, taking, telling of what is wrong. All of it works without a line;
// what is not sent yet is said, and sent when the line is back.
"use strict";

(() => {
  const { keep, sign, queue, scan, qr } = stempel;
  const by = (id) => document.getElementById(id);
  const word = (name) => document.querySelector(`[data-word="${name}"]`)?.textContent ?? name;
  const AGAIN = 20000;
  let me = null;
  let device = null;
  let tour = { at_centre: [], carried: [] };
  // A handover that was scanned or typed: its manifest and its short code.
  let taking = null;
  // The handover whose code is shown.
  let giving = null;

  if (navigator.serviceWorker) {
    const url = "/worker.js";
    const policy = globalThis.trustedTypes?.createPolicy("service-worker", {
      createScriptURL: (given) => {
        if (given !== url) throw new TypeError("no other script");
        return given;
      },
    });
    navigator.serviceWorker.register(policy ? policy.createScriptURL(url) : url).catch(() => {});
  }

  function say(id, text) {
    by(id).textContent = text;
    by(id).hidden = !text;
  }

  function show(name) {
    for (const view of document.querySelectorAll("[data-view]")) view.hidden = view.dataset.view !== name;
    scan.stop(by("finder"));
    scrollTo(0, 0);
    by(`title-${name}`).focus();
  }

  function described(stop) {
    const place = stop.destination || word("centre");
    return `${word(stop.container)} ${stop.number}, ${place}, ${word("seal")} ${stop.seal}, ${stop.pieces} ${word("cards")}`;
  }

  const all = () => [...tour.carried, ...tour.at_centre];

  function listed(list, stops, giveable) {
    list.replaceChildren(
      ...stops.map((stop) => {
        const item = document.createElement("li");
        const text = document.createElement("p");
        text.textContent = described(stop);
        item.append(text);
        if (giveable) {
          const button = document.createElement("button");
          button.type = "button";
          button.className = "button secondary";
          button.textContent = `${word("give")} ${stop.number}`;
          button.addEventListener("click", () => give(stop));
          item.append(button);
        }
        return item;
      }),
    );
    if (!stops.length) {
      const item = document.createElement("li");
      item.textContent = word("nothing");
      list.append(item);
    }
  }

  // What is shown already is left alone: somebody may be choosing from it.
  let shown = "";
  function showTour() {
    const now = JSON.stringify([tour, me?.carries, me?.dispatches, device?.id, device?.registered]);
    if (now === shown) return;
    shown = now;
    by("tour").hidden = !device?.registered;
    by("to-take").hidden = by("to-report").hidden = by("send-now").hidden = !device?.registered;
    by("to-take").hidden ||= !me?.carries;
    const mine = me?.dispatches ? [...tour.carried, ...tour.at_centre] : tour.carried;
    listed(by("mine"), mine, true);
    listed(by("waiting"), me?.carries ? tour.at_centre : [], false);
    by("device").textContent = device?.id.slice(0, 8) ?? "";
    for (const id of ["which", "about"]) {
      const [first] = by(id).options;
      const options = all().map((stop) => {
        const option = document.createElement("option");
        option.value = id === "which" ? stop.manifest : stop.shipment;
        option.textContent = described(stop);
        return option;
      });
      const chosen = by(id).value;
      by(id).replaceChildren(first, ...options);
      by(id).value = options.some((option) => option.value === chosen) ? chosen : "";
    }
  }

  function answered({ result, why, courier }) {
    const known = result !== "refused" || document.querySelector(`[data-word="${why}"]`);
    const told = known ? word(result === "refused" ? why : result) : `${word("refused")} (${why})`;
    return courier ? `${told}. ${word("with")} ${courier}` : told;
  }

  async function showQueue() {
    const [waiting, sent] = [await keep.queue(), await keep.sent()];
    say("unsent", waiting.length ? `${word("unsent")} ${waiting.length}` : "");
    by("unsent").classList.toggle("lost", waiting.length > 0);
    by("sent").replaceChildren(
      ...sent.toReversed().map((item) => {
        const line = document.createElement("li");
        line.dataset.result = item.answer.result;
        line.textContent = `${item.label}: ${answered(item.answer)}`;
        return line;
      }),
    );
    if (giving) {
      const own = sent.find((item) => item.event === giving);
      say("give-state", own ? answered(own.answer) : "");
    }
  }

  function line(works) {
    by("line").textContent = word(works ? "online" : "offline");
    by("line").classList.toggle("lost", !works);
    by("line").dataset.works = works;
  }

  function outside(where) {
    say("trouble", where === "sign-in" ? "" : word(where));
    by("come-in").hidden = where === "forbidden";
    by("come-in-link").href = where === "locked" ? "/locked?back=/" : "/sign-in?back=/";
  }

  // Whether the centre knows this device by its key now.
  async function recognised() {
    if (me.device && me.device === device?.id) return true;
    if (!device?.registered || device.person !== me.person) return false;
    const { challenge } = await (await queue.post("/devices/challenge", {})).json();
    const signature = await sign.prove(device, me.person, challenge);
    return (await queue.post("/devices/use", { device: device.id, signature })).ok;
  }

  async function sync() {
    try {
      me = await queue.me();
      await keep.setFact("me", { person: me.person, carries: me.carries, dispatches: me.dispatches });
      outside("sign-in");
      by("come-in").hidden = true;
      // What a device signed before it was revoked is answered too.
      await queue.flush(me.person);
      if (!(await recognised())) {
        await forget();
        line(true);
        if (by("view-register").hidden) show("register");
        return;
      }
      const answer = await queue.call("GET", "/tour");
      if (answer.ok) {
        tour = await answer.json();
        await keep.setFact("tour", tour);
      }
      line(true);
    } catch (error) {
      if (error instanceof queue.NotIn) {
        line(true);
        outside(error.message);
      } else if (error instanceof queue.NoLine) line(false);
      else throw error;
    } finally {
      showTour();
      await showQueue();
    }
  }

  // Whoever holds a phone that is not registered any more sees nothing of a tour.
  async function forget() {
    tour = { at_centre: [], carried: [] };
    await keep.forget("tour");
    if (device) device.registered = false;
    if (device) await keep.setFact("device", device);
  }

  let syncing = null;
  const synced = () => (syncing ??= sync().finally(() => (syncing = null)));

  by("register-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    say("register-trouble", "");
    try {
      // The same key again, where the answer was lost on the way; another one where it was refused.
      if (!device?.pending) device = { ...(await sign.create()), person: me.person, pending: true };
      await keep.setFact("device", device);
      const { challenge } = await (await queue.post("/devices/challenge", {})).json();
      const signature = await sign.prove(device, me.person, challenge);
      const said = { device: device.id, spki: device.spki, signature, code: by("code").value };
      const answer = await queue.post("/devices/register", said);
      const { result } = await answer.json();
      if (!answer.ok) {
        if (result === "key_taken") device.pending = false;
        say("register-trouble", word(result));
        return;
      }
      device = { ...device, registered: true, pending: false };
      await keep.setFact("device", device);
      by("code").value = "";
      show("start");
      await synced();
    } catch (error) {
      if (!(error instanceof queue.NoLine) && !(error instanceof queue.NotIn)) throw error;
      say("register-trouble", word(error instanceof queue.NoLine ? "no-line" : "forbidden"));
    }
  });

  async function give(stop) {
    const short = sign.code();
    const event = await sign.event(stop.manifest, short);
    const statement = await sign.statement(device, { event, manifest: stop.manifest, takes: false, person: device.person });
    const label = `${word("give")} ${described(stop)}`;
    await keep.add([{ kind: "side", person: device.person, event, statement, seal: null, condition: "good", label }]);
    giving = event;
    by("give-what").textContent = described(stop);
    by("give-code").replaceChildren(qr.draw(`HANDOVER${short}${stop.manifest.toUpperCase()}`, word("give")));
    by("give-short").textContent = `${short.slice(0, 4)} ${short.slice(4)}`;
    say("give-state", "");
    show("give");
    await showQueue();
    await synced();
  }

  // What was scanned or typed: a handover's code, the short one, or the manifest on paper with the short one typed after it.
  function read(text) {
    const plain = text.toUpperCase().replace(/[\s-]/g, "");
    const whole = /^HANDOVER([A-Z2-7]{8})([0-9A-F]{64})$/.exec(plain);
    if (whole) taking = { short: whole[1], manifest: whole[2].toLowerCase() };
    else if (sign.isCode(plain)) taking = { short: plain, manifest: by("which").value || null };
    else taking = null;
    by("which-field").hidden = !taking || !!whole;
    const stop = taking && all().find((one) => one.manifest === taking.manifest);
    by("take-what").textContent = stop ? described(stop) : taking?.manifest ? word("not-listed") : "";
    return stop;
  }

  by("scan").addEventListener("input", () => read(by("scan").value));
  by("which").addEventListener("change", () => read(by("scan").value));
  for (const radio of document.querySelectorAll("[name=condition]")) {
    radio.addEventListener("change", () => {
      by("picture-field").hidden = !radio.checked || radio.value !== "damaged";
    });
  }
  // A scanner ends with Enter: after the code comes the seal, and only a form that is complete is signed.
  by("scan").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    read(by("scan").value);
    by("seal").focus();
  });

  by("camera").hidden = !scan.able;
  by("camera-start").addEventListener("click", () => {
    const found = (text) => {
      by("scan").value = text;
      read(text);
      by("seal").focus();
    };
    scan.start(by("finder"), found).catch(() => say("take-trouble", word("no-code")));
  });

  // What is missing or not right, in words; nothing where it may be signed.
  function missing(stop, seal, damaged) {
    if (!taking) return word("no-code");
    if (!taking.manifest) return word("no-choice");
    if (!/^[A-Z0-9-]{4,20}$/.test(seal)) return word("no-seal");
    if (damaged && !by("picture").files.length) return word("no-picture");
    // Said once; signed all the same when it is confirmed: the centre opens a discrepancy.
    if (stop && stop.seal !== seal && by("take-trouble").textContent !== word("other-seal")) return word("other-seal");
    return "";
  }

  by("take-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const stop = read(by("scan").value);
    const seal = by("seal").value.trim().toUpperCase();
    const damaged = document.querySelector("[name=condition]:checked")?.value === "damaged";
    const trouble = missing(stop, seal, damaged);
    say("take-trouble", trouble);
    if (trouble) return;
    const { manifest, short } = taking;
    const handover = await sign.event(manifest, short);
    const statement = await sign.statement(device, { event: handover, manifest, takes: true, person: device.person });
    const label = `${word("seal")} ${seal}`;
    const condition = damaged ? "damaged" : "good";
    const { person } = device;
    const items = [{ kind: "side", person, event: handover, statement, seal, condition, label }];
    if (damaged && stop) {
      const [picture] = by("picture").files;
      items.push({ kind: "photograph", person, id: sign.random(), shipment: stop.shipment, picture, label });
    }
    await keep.add(items);
    by("take-form").reset();
    taking = null;
    read("");
    by("picture-field").hidden = true;
    show("start");
    await showQueue();
    await synced();
  });

  by("report-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const shipment = by("about").value;
    const what = document.querySelector("[name=kind]:checked");
    if (!shipment || !what) return say("report-trouble", word("no-choice"));
    say("report-trouble", "");
    const label = what.labels[0].textContent;
    const { person } = device;
    await keep.add([{ kind: "report", person, id: sign.random(), shipment, what: what.value, words: by("words").value, label }]);
    by("report-form").reset();
    show("start");
    await showQueue();
    return synced();
  });

  by("to-take").addEventListener("click", () => {
    show("take");
    by("scan").focus();
  });
  by("to-report").addEventListener("click", () => show("report"));
  by("send-now").addEventListener("click", () => synced());
  for (const button of document.querySelectorAll("[data-show]")) {
    button.addEventListener("click", () => {
      giving = null;
      show(button.dataset.show);
    });
  }

  addEventListener("online", () => synced());
  addEventListener("offline", () => line(false));
  document.addEventListener("visibilitychange", () => document.hidden || synced());
  setInterval(() => document.hidden || synced(), AGAIN);

  (async () => {
    device = (await keep.fact("device")) ?? null;
    me = (await keep.fact("me")) ?? null;
    tour = (await keep.fact("tour")) ?? tour;
    line(navigator.onLine);
    by("view-start").hidden = false;
    showTour();
    await showQueue();
    await synced();
    // The browser keeps what is to be sent also where its disk is full.
    navigator.storage?.persist?.().catch(() => {});
    document.body.dataset.ready = "yes";
  })();
})();
