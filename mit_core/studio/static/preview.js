// The face's lines moving to the sound, before any pixel is made.
import { ask, request, toldOf } from "./api.js";
import { at, problem } from "./dom.js";
import { drawLines, picture } from "./face.js";
import { choices } from "./manner.js";
import { changed, on, portrait, speech } from "./state.js";
import { inDigits, whenSpoken, word } from "./words.js";

const LONG_SIDE = 900; // canvas pixels
const PAUSE = 120; // ms that a slider must rest before the server is asked
const LINES = "#7ee0c6";

let image = null;
let still = null; // landmarks of the portrait, [[x, y], ...]
let moving = null; // { points: Float32Array, frames, fps }
let asked = null; // the AbortController of the question under way
let timer = 0;
let shownSpeech = null;
let said = ""; // the key of what the stage says
let failed = null; // the error that is shown
const analysed = new Set();
export const preview = { ready: false };

export function startPreview() {
  on("portrait", () => refresh({}));
  on("media", () => refresh({}));
  on("speech", () => refresh({}));
  on("choices", () => refresh({ later: true }));
  const sound = at("sound");
  at("play").addEventListener("click", () => {
    if (sound.paused) play();
    else sound.pause();
  });
  for (const event of ["play", "pause", "ended", "loadedmetadata", "seeked", "timeupdate"]) {
    sound.addEventListener(event, show);
  }
  sound.addEventListener("play", () => requestAnimationFrame(follow));
  at("seek").addEventListener("input", () => {
    sound.currentTime = Number(at("seek").value);
    show();
  });
  at("show-picture").addEventListener("change", draw);
  whenSpoken(() => {
    tell(said);
    if (failed) problem("problem-preview", toldOf(failed));
    show();
  });
}

async function play() {
  const sound = at("sound");
  if (sound.ended) sound.currentTime = 0;
  try {
    await sound.play();
  } catch {
    show(); // the browser would not
  }
}

let faceId = null;

async function refresh({ later = false }) {
  clearTimeout(timer);
  if (later) {
    timer = setTimeout(() => refresh({}), PAUSE);
    return;
  }
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  const [own, heard] = [portrait(), speech()];
  const key = own && `${own.id} ${own.placed}`;
  setReady(false);
  failed = null;
  problem("problem-preview", "");
  at("problem-tools").hidden = true;
  try {
    if (own && (!still || key !== faceId)) {
      if (key !== faceId) {
        faceId = key;
        image = still = moving = null;
        draw();
        image = await picture(own.id);
        if (signal.aborted) return;
        fit();
        draw();
      }
      if (!still) {
        tell("preview.looking");
        still = (await ask(`/api/portraits/${own.id}/landmarks`, { signal })).points;
      }
      draw();
    }
    if (!own || !still || !heard) {
      tell(own ? "preview.no-speech" : "preview.no-portrait");
      return;
    }
    if (shownSpeech !== heard.id) {
      shownSpeech = heard.id;
      moving = null;
      at("sound").src = `/media/speeches/${heard.id}`;
    }
    if (!analysed.has(heard.id)) {
      tell("preview.listening");
      await ask(`/api/speeches/${heard.id}/analyse`, { method: "POST", signal });
      analysed.add(heard.id);
    }
    if (!moving) tell("preview.moving");
    const question = { portrait: own.id, speech: heard.id, choices: choices() };
    const reply = await request("/api/preview", { method: "POST", json: question, signal });
    const points = new Float32Array(await reply.arrayBuffer());
    if (signal.aborted) return;
    moving = {
      points,
      frames: Number(reply.headers.get("x-frames")),
      fps: Number(reply.headers.get("x-fps")),
    };
    tell("");
    setReady(true);
  } catch (error) {
    if (error.name === "AbortError" || signal.aborted) return;
    tell("");
    failed = error;
    problem("problem-preview", toldOf(error));
    at("problem-tools").hidden = error.code !== "no_face";
  }
  draw();
  show();
}

function setReady(ready) {
  preview.ready = ready;
  show();
  changed("ready");
}

function tell(key) {
  said = key;
  at("stage-word").textContent = key ? word(key) : "";
}

function fit() {
  const canvas = at("preview");
  const [width, height] = portrait().size;
  const scale = LONG_SIDE / Math.max(width, height);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
}

function follow() {
  draw();
  show();
  if (!at("sound").paused) requestAnimationFrame(follow);
}

function draw() {
  const canvas = at("preview");
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (!image || !portrait()) return;
  const over = at("show-picture").checked;
  if (over) {
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    pen.fillStyle = "rgba(10, 14, 18, 0.45)";
    pen.fillRect(0, 0, canvas.width, canvas.height);
  } else {
    pen.fillStyle = "#12161a";
    pen.fillRect(0, 0, canvas.width, canvas.height);
  }
  const scale = canvas.width / portrait().size[0];
  const where = moving ? frameNow(scale) : still && ((i) => [still[i][0] * scale, still[i][1] * scale]);
  if (where) drawLines(pen, where, LINES, Math.max(2, canvas.width / 300));
}

function frameNow(scale) {
  const { points, frames, fps } = moving;
  const frame = Math.min(frames - 1, Math.floor(at("sound").currentTime * fps + 1e-6));
  const start = frame * 136;
  return (i) => [points[start + 2 * i] * scale, points[start + 2 * i + 1] * scale];
}

function show() {
  const sound = at("sound");
  const whole = Number.isFinite(sound.duration) ? sound.duration : 0;
  const usable = preview.ready && whole > 0;
  at("play").disabled = at("seek").disabled = !(usable || !sound.paused);
  at("play").textContent = word(sound.paused ? "preview.play" : "preview.pause");
  at("seek").max = whole;
  at("seek").value = sound.currentTime;
  const times = { now: inDigits(sound.currentTime, 1), whole: inDigits(whole, 1) };
  const told = whole ? word("time.of", times) : "";
  at("clock").textContent = told;
  at("seek").setAttribute("aria-valuetext", told);
  if (sound.paused) draw();
}

// Landmarks were placed anew.
export function placedAnew() {
  faceId = null;
  still = null;
}
