// Reading codes by the camera, where the browser can; scanners that type, and fingers, write into the field.
"use strict";

stempel.scan = (() => {
  const able = "BarcodeDetector" in globalThis && navigator.mediaDevices;
  let stream = null;

  function stop(video) {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.hidden = true;
  }

  // Shows the camera until it reads a code; then tells it.
  async function start(video, tell) {
    const detector = new BarcodeDetector({ formats: ["qr_code", "code_128"] });
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    while (stream) {
      const [found] = await detector.detect(video).catch(() => []);
      if (found) {
        stop(video);
        tell(found.rawValue);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }

  return { able, start, stop };
})();
