// The device's key, and what it signs: canonical CBOR, ECDSA over P-256 with SHA-256 (docs/shipping.md). The private half cannot leave
// the browser.
"use strict";

stempel.sign = (() => {
  const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
  const SIGNING = { name: "ECDSA", hash: "SHA-256" };
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const encoder = new TextEncoder();

  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const random = (length) => crypto.getRandomValues(new Uint8Array(length));
  const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));

  function joined(...parts) {
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  // Major type and number (RFC 8949, 3), in the shortest form.
  function head(major, number) {
    const type = major << 5;
    if (number < 24) return [type | number];
    if (number < 0x100) return [type | 24, number];
    if (number < 0x10000) return [type | 25, number >> 8, number & 0xff];
    const four = [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) & 0xff);
    if (number < 2 ** 32) return [type | 26, ...four];
    const high = Math.floor(number / 2 ** 32);
    return [type | 27, ...[24, 16, 8, 0].map((shift) => Math.floor(high / 2 ** shift) & 0xff), ...four];
  }

  function cbor(value) {
    if (typeof value === "number") return Uint8Array.from(head(0, value));
    if (typeof value === "string") {
      const text = encoder.encode(value);
      return joined(Uint8Array.from(head(3, text.length)), text);
    }
    if (Array.isArray(value)) return joined(Uint8Array.from(head(4, value.length)), ...value.map(cbor));
    return joined(Uint8Array.from(head(2, value.length)), value);
  }

  const sign = async (device, data) => new Uint8Array(await crypto.subtle.sign(SIGNING, device.keys.privateKey, data));

  // A new device: its id and its keys, of which the private one cannot be exported.
  async function create() {
    const keys = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
    const spki = new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey));
    return { id: hex(random(16)), spki: hex(spki), keys };
  }

  // The answer to a challenge of the centre.
  async function prove(device, person, challenge) {
    const spki = await sha256(bytes(device.spki));
    const said = cbor(["stempel device 1", bytes(challenge), bytes(person), bytes(device.id), spki]);
    return hex(await sign(device, said));
  }

  // A short code that a colleague can type; with the manifest's hash it names the handover.
  const code = () => Array.from(random(8), (byte) => LETTERS[byte & 31]).join("");

  async function event(manifest, short) {
    const seed = joined(encoder.encode("stempel event 1"), bytes(manifest), encoder.encode(short));
    return hex((await sha256(seed)).slice(0, 16));
  }

  // One side of a handover, signed.
  async function statement(device, { event, manifest, takes, person }) {
    const at = Math.floor(Date.now() / 1000);
    const said = cbor(["stempel handover 1", bytes(event), bytes(manifest), takes ? 1 : 0, bytes(person), bytes(device.id), at]);
    return hex(cbor([said, await sign(device, said)]));
  }

  return { create, prove, code, event, statement, random: () => hex(random(16)), isCode: (text) => /^[A-Z2-7]{8}$/.test(text) };
})();
