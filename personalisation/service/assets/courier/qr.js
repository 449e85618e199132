// A QR code (ISO/IEC 18004) of version 4, error correction M, alphanumeric mode, mask 0: at most 90 of 0-9 A-Z $%*+-./: and blanks.
// Made here, because a handover begins without a line.
"use strict";

const stempel = (globalThis.stempel ??= {});

stempel.qr = (() => {
  const SIDE = 33;
  const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  // Two blocks of 32 data codewords with 18 for correction each (table 9).
  const [BLOCKS, DATA, CORRECTION] = [2, 32, 18];
  // Level M and mask 0 with their check bits, masked (7.9.1).
  const FORMAT = 0x5412;

  const bits = (value, length) => Array.from({ length }, (_, at) => (value >> (length - 1 - at)) & 1);

  function codewords(text) {
    const values = [...text].map((letter) => LETTERS.indexOf(letter));
    if (values.length > 90 || values.includes(-1)) throw new RangeError("no alphanumeric text of at most 90");
    const stream = [...bits(2, 4), ...bits(values.length, 9)];
    for (let at = 0; at < values.length; at += 2) {
      if (at + 1 < values.length) stream.push(...bits(values[at] * 45 + values[at + 1], 11));
      else stream.push(...bits(values[at], 6));
    }
    const most = BLOCKS * DATA * 8;
    stream.push(...bits(0, Math.min(4, most - stream.length)));
    while (stream.length % 8) stream.push(0);
    const words = [];
    for (let at = 0; at < stream.length; at += 8) words.push(parseInt(stream.slice(at, at + 8).join(""), 2));
    for (let pad = 0xec; words.length < BLOCKS * DATA; pad ^= 0xec ^ 0x11) words.push(pad);
    return words;
  }

  function times(a, b) {
    let product = 0;
    for (let bit = 7; bit >= 0; bit -= 1) {
      product = (product << 1) ^ ((product >>> 7) * 0x11d);
      product ^= ((b >>> bit) & 1) * a;
    }
    return product;
  }

  function generator() {
    const result = new Array(CORRECTION).fill(0);
    result[CORRECTION - 1] = 1;
    let root = 1;
    for (let round = 0; round < CORRECTION; round += 1) {
      for (let at = 0; at < CORRECTION; at += 1) {
        result[at] = times(result[at], root) ^ (at + 1 < CORRECTION ? result[at + 1] : 0);
      }
      root = times(root, 2);
    }
    return result;
  }

  function corrected(data) {
    const divisor = generator();
    const rest = new Array(CORRECTION).fill(0);
    for (const word of data) {
      const factor = word ^ rest.shift();
      rest.push(0);
      divisor.forEach((coefficient, at) => (rest[at] ^= times(coefficient, factor)));
    }
    return rest;
  }

  function interleaved(words) {
    const data = Array.from({ length: BLOCKS }, (_, block) => words.slice(block * DATA, (block + 1) * DATA));
    const correction = data.map(corrected);
    const result = [];
    for (let at = 0; at < DATA; at += 1) for (const block of data) result.push(block[at]);
    for (let at = 0; at < CORRECTION; at += 1) for (const block of correction) result.push(block[at]);
    return result;
  }

  function frame() {
    const dark = Array.from({ length: SIDE }, () => new Array(SIDE).fill(null));
    const square = (left, top, size, shade) => {
      for (let y = Math.max(0, top); y < Math.min(SIDE, top + size); y += 1) {
        for (let x = Math.max(0, left); x < Math.min(SIDE, left + size); x += 1) dark[y][x] = shade;
      }
    };
    for (let at = 0; at < SIDE; at += 1) dark[6][at] = dark[at][6] = at % 2 === 0;
    for (const [x, y] of [[0, 0], [SIDE - 7, 0], [0, SIDE - 7]]) {
      square(x - 1, y - 1, 9, false);
      square(x, y, 7, true);
      square(x + 1, y + 1, 5, false);
      square(x + 2, y + 2, 3, true);
    }
    square(24, 24, 5, true);
    square(25, 25, 3, false);
    dark[26][26] = true;
    const bit = (at) => ((FORMAT >> at) & 1) === 1;
    for (let at = 0; at <= 5; at += 1) dark[at][8] = bit(at);
    dark[7][8] = bit(6);
    dark[8][8] = bit(7);
    dark[8][7] = bit(8);
    for (let at = 9; at < 15; at += 1) dark[8][14 - at] = bit(at);
    for (let at = 0; at < 8; at += 1) dark[8][SIDE - 1 - at] = bit(at);
    for (let at = 8; at < 15; at += 1) dark[SIDE - 15 + at][8] = bit(at);
    dark[SIDE - 8][8] = true;
    return dark;
  }

  // The modules, row by row: true is dark.
  function modules(text) {
    const dark = frame();
    const words = interleaved(codewords(text));
    let next = 0;
    for (let right = SIDE - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < SIDE; step += 1) {
        const y = ((right + 1) & 2) === 0 ? SIDE - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (dark[y][x] !== null) continue;
          const word = words[next >>> 3] ?? 0;
          const shade = ((word >>> (7 - (next & 7))) & 1) === 1;
          dark[y][x] = shade !== ((x + y) % 2 === 0);
          next += 1;
        }
      }
    }
    return dark;
  }

  // Drawn black on white with its quiet zone; `name` says what it is to those who hear the page.
  function draw(text, name) {
    const make = (tag, attributes) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      return element;
    };
    const whole = SIDE + 8;
    const svg = make("svg", { class: "qr-code", viewBox: `-4 -4 ${whole} ${whole}`, role: "img", "aria-label": name, "shape-rendering": "crispEdges" });
    svg.append(make("rect", { x: -4, y: -4, width: whole, height: whole, fill: "#fff" }));
    const path = modules(text).flatMap((row, y) => row.map((shade, x) => (shade ? `M${x} ${y}h1v1h-1z` : "")));
    svg.append(make("path", { d: path.join(""), fill: "#000" }));
    return svg;
  }

  return { modules, draw };
})();
