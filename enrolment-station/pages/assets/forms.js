// Forms: the error summary takes the focus, national numbers are grouped as one types, unsaved work is not lost, old pages do not come back.
"use strict";

for (const summary of document.querySelectorAll("[data-focus]")) summary.focus();

// "Back" may bring a page out of the browser's memory, older than what was saved since: it is asked for anew.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// A link of the summary leads into the field, also where the field is a group.
for (const link of document.querySelectorAll(".error-summary a")) {
  link.addEventListener("click", (event) => {
    const target = document.getElementById(link.hash.slice(1));
    if (!target) return;
    const field = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
    event.preventDefault();
    target.scrollIntoView({ block: "center" });
    (field || target).focus();
  });
}

// National number: YYYYMMDD XXX, a Luhn digit and a Verhoeff digit, both over the first eleven.
const sizes = [4, 2, 2, 3, 2];

function grouped(digits) {
  const parts = [];
  let rest = digits;
  for (const size of sizes) {
    if (!rest) break;
    parts.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return parts.join(" ") + rest;
}

function luhn(digits) {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = place % 2 === 0 ? digit * 2 : +digit;
    return total + Math.floor(value / 10) + (value % 10);
  }, 0);
  return (10 - (sum % 10)) % 10;
}

function verhoeff(digits) {
  const once = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
  const times = (a, b) => {
    if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5;
    return b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5;
  };
  let check = 0;
  [...digits].reverse().forEach((digit, place) => {
    let value = +digit;
    for (let turn = 0; turn < (place + 1) % 8; turn += 1) value = once[value];
    check = times(check, value);
  });
  return check < 5 ? (5 - check) % 5 : check;
}

for (const field of document.querySelectorAll("[data-national-number]")) {
  const told = document.getElementById(field.dataset.nationalNumber);
  const show = () => {
    const digits = field.value.replace(/\D/g, "");
    const atEnd = field.selectionStart === field.value.length;
    if (atEnd || document.activeElement !== field) field.value = grouped(digits);
    const base = digits.slice(0, 11);
    const right = digits === `${base}${luhn(base)}${verhoeff(base)}`;
    told.textContent = digits.length < 13 ? "" : right && digits.length === 13 ? field.dataset.right : field.dataset.wrong;
    told.className = `live-check ${right ? "right" : "not-right"}`;
  };
  field.addEventListener("input", show);
  field.addEventListener("blur", show);
  if (field.value) show();
}

// Leaving a form that was typed into is asked about once; sending it is not.
for (const form of document.querySelectorAll("form[data-unsaved]")) {
  const before = () => new URLSearchParams(new FormData(form)).toString();
  const start = before();
  let sent = false;
  form.addEventListener("submit", () => {
    sent = true;
  });
  window.addEventListener("pageshow", () => {
    sent = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sent && before() !== start) event.preventDefault();
  });
}

// Two presses of a button send one form: until the next page is there, or this one comes back. A capture takes as long as
// its device does; one that never ends is let go after a minute.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.going) event.preventDefault();
    form.dataset.going = "yes";
    form.setAttribute("aria-busy", "true");
  });
  form.addEventListener("submit", () => setTimeout(letGo, 60000, form));
  addEventListener("pageshow", () => letGo(form));
}

function letGo(form) {
  delete form.dataset.going;
  form.removeAttribute("aria-busy");
}

// On a small screen the steps begin folded.
if (matchMedia("(max-width: 60rem)").matches) {
  for (const steps of document.querySelectorAll(".steps details")) steps.open = false;
}

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
