// The counter: the camera of the browser, the live picture of a device, the signature. Everything else works without.
"use strict";

const trouble = document.querySelector("[data-camera-trouble]");

function tell(text) {
  if (!trouble) return;
  trouble.textContent = text;
  trouble.hidden = !text;
}

for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;

// A camera in the browser: live picture with the frame, one picture for the station to measure.
const finder = document.querySelector("[data-viewfinder]");
if (finder) {
  const video = finder.querySelector("video");
  let stream = null;

  const close = () => {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    finder.hidden = true;
  };

  document.querySelector("[data-open-camera]")?.addEventListener("click", async () => {
    tell("");
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { width: { ideal: 3840 }, height: { ideal: 2160 } },
      });
    } catch {
      tell(finder.dataset.refused);
      return;
    }
    video.srcObject = stream;
    finder.hidden = false;
    await video.play();
    finder.querySelector("[data-shoot]").focus();
  });
  finder.querySelector("[data-close-camera]").addEventListener("click", close);

  finder.querySelector("[data-shoot]").addEventListener("click", async (event) => {
    const button = event.currentTarget;
    if (!stream || !video.videoWidth) return;
    button.disabled = true;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    const picture = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.95));
    const label = stream.getVideoTracks()[0]?.label || "webcam";
    try {
      const answer = await fetch(finder.dataset.viewfinder, {
        method: "POST",
        body: picture,
        headers: {
          accept: "application/json",
          "content-type": "application/octet-stream",
          "x-camera": label.replace(/[^ -~]/g, "?").slice(0, 200),
          "x-token": document.body.dataset.token,
        },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      close();
      location.assign(location.pathname);
    } catch {
      button.disabled = false;
      tell(finder.dataset.failed);
    }
  });
  window.addEventListener("pagehide", close);
}

// The live picture of a device of the station.
const live = document.querySelector("[data-live]");
if (live) {
  document.querySelector("[data-open-live]")?.addEventListener("click", () => {
    live.querySelector("img").src = live.dataset.live;
    live.hidden = false;
  });
  const stop = () => live.querySelector("img").removeAttribute("src");
  window.addEventListener("pagehide", stop);
  document.addEventListener("stempel:locked", stop);
  for (const form of document.querySelectorAll("form")) form.addEventListener("submit", stop);
}

// The signature: pen, finger or mouse on the canvas; sent as a picture with the form.
const pad = document.querySelector("[data-pad]");
if (pad) {
  const canvas = pad.querySelector("canvas");
  const field = pad.querySelector("input[name=picture]");
  const pen = canvas.getContext("2d");
  let last = null;

  const clear = () => {
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    field.value = "";
  };
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) * canvas.width) / box.width,
      y: ((event.clientY - box.top) * canvas.height) / box.height,
    };
  };
  const draw = (to) => {
    pen.strokeStyle = "#10182a";
    pen.lineWidth = 3;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(last.x, last.y);
    pen.lineTo(to.x, to.y);
    pen.stroke();
    last = to;
  };

  pad.hidden = false;
  clear();
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    draw(last);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (last) draw(place(event));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (!last) return;
      last = null;
      field.value = canvas.toDataURL("image/png");
    });
  }
  pad.querySelector("[data-clear]").addEventListener("click", clear);
}
