// Speech from the microphone, sent like a file.
import { at, problem } from "./dom.js";
import { give } from "./library.js";
import { whenSpoken, word } from "./words.js";

let recorder = null;
let ticking = 0;

export function startRecorder() {
  const button = at("record");
  button.hidden = !window.MediaRecorder;
  button.addEventListener("click", () => {
    if (recorder) recorder.stop();
    else begin();
  });
  whenSpoken(show);
}

async function begin() {
  problem("problem-speech", "");
  if (!navigator.mediaDevices?.getUserMedia) {
    // browsers give a microphone to this machine's own pages and to https alone
    problem("problem-speech", word("speech.insecure"));
    return;
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    const refused = error.name === "NotAllowedError" || error.name === "SecurityError";
    problem("problem-speech", word(refused ? "speech.refused" : "speech.none"));
    return;
  }
  const parts = [];
  const began = performance.now();
  recorder = new MediaRecorder(stream);
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  recorder.addEventListener("stop", () => {
    for (const track of stream.getTracks()) track.stop();
    const sound = new Blob(parts, { type: recorder.mimeType });
    recorder = null;
    clearInterval(ticking);
    show();
    at("busy-speech").textContent = "";
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    give("speeches", sound, word("speech.recorded", { time }));
  });
  recorder.start();
  ticking = setInterval(() => {
    const seconds = Math.round((performance.now() - began) / 1000);
    at("busy-speech").textContent = word("speech.recording", { seconds });
  }, 250);
  show();
}

function show() {
  at("record").classList.toggle("recording", recorder !== null);
  at("record-word").textContent = word(recorder ? "speech.stop" : "speech.record");
}
