// Landmarks placed by hand: dragged one by one or as groups, by pointer or keyboard.
import { ask, toldOf } from "./api.js";
import { at, make, options, problem } from "./dom.js";
import { drawLines, picture } from "./face.js";
import { refreshMedia, select } from "./library.js";
import { placedAnew } from "./preview.js";
import { on, portrait, state } from "./state.js";
import { inDigits, whenSpoken, word } from "./words.js";

const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);
const GROUPS = {
  point: null,
  all: range(0, 68),
  jaw: range(0, 17),
  brows: range(17, 27),
  eyes: range(36, 48),
  nose: range(27, 36),
  lips: range(48, 68),
};
const REACH = 22; // CSS pixels around a point in which a finger finds it
const CORNER = 11; // CSS pixels, half a handle
const LONGEST_UNDO = 100;
const ZOOMS = [1, 1.5, 2, 3, 4, 6];
const [LINES, CHOSEN, BOX] = ["#7ee0c6", "#ffd166", "#ffd166"];

let points = null; // [[x, y], ...] in the picture's pixels
let image = null;
let shown = null; // the portrait's id
let group = "point";
let chosen = 30;
let zoom = 0;
let undone = []; // earlier points
let dirty = false;
let held = null; // what the pointer drags
let done = () => {};

export function startEditor(whenSaved) {
  done = whenSaved;
  const canvas = at("editor");
  canvas.addEventListener("pointerdown", grasp);
  canvas.addEventListener("pointermove", drag);
  for (const event of ["pointerup", "pointercancel"]) canvas.addEventListener(event, release);
  canvas.addEventListener("keydown", byKey);
  for (const event of ["focus", "blur"]) canvas.addEventListener(event, draw);
  at("editor-portrait").addEventListener("change", () => {
    select("portraits", at("editor-portrait").value);
    openEditor();
  });
  for (const button of document.querySelectorAll("[data-nudge]")) {
    const [x, y] = button.dataset.nudge.split(",").map(Number);
    button.addEventListener("click", () => nudge(x, y));
  }
  for (const button of document.querySelectorAll("[data-scale]")) {
    const [x, y] = button.dataset.scale.split(",").map(Number);
    button.addEventListener("click", () => scaleBy(x, y));
  }
  at("point").addEventListener("change", () => choosePoint(Number(at("point").value)));
  at("point-before").addEventListener("click", () => choosePoint(chosen - 1));
  at("point-after").addEventListener("click", () => choosePoint(chosen + 1));
  at("zoom-in").addEventListener("click", () => zoomTo(zoom + 1));
  at("zoom-out").addEventListener("click", () => zoomTo(zoom - 1));
  at("undo").addEventListener("click", undo);
  at("standard").addEventListener("click", () => load("standard"));
  at("detected").addEventListener("click", () => load("detected"));
  at("save").addEventListener("click", save);
  window.addEventListener("resize", fit);
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  on("media", list);
  on("portrait", list);
  whenSpoken(() => {
    list();
    showGroups();
    tell();
  });
  showGroups();
  fit();
}

export async function openEditor() {
  list();
  const own = portrait();
  if (!own) return;
  if (own.id === shown && points) {
    fit();
    return;
  }
  const left = state.portraits.some((each) => each.id === shown);
  if (dirty && left && !window.confirm(word("place.unsaved"))) {
    select("portraits", shown);
    fit();
    return;
  }
  shown = own.id;
  points = null;
  undone = [];
  dirty = false;
  zoom = 0;
  image = await picture(own.id).catch(() => null);
  if (shown !== own.id) return;
  fit();
  await load();
}

// Points as the server has them; a picture in which no face was found begins with the standard one.
async function load(which = "") {
  const first = which === ""; // nothing was moved yet
  const id = shown;
  problem("problem-place-saved", "");
  let key = which === "standard" ? "place.said.standard" : "place.said.found";
  let answer;
  try {
    answer = await ask(`/api/portraits/${id}/landmarks?${which}`);
  } catch (error) {
    if (!first) {
      problem("problem-place-saved", toldOf(error));
      return;
    }
    answer = await ask(`/api/portraits/${id}/landmarks?standard`).catch(() => null);
    if (!answer) {
      problem("problem-place-saved", toldOf(error));
      return;
    }
    key = error.code === "no_face" ? "place.said.none" : "place.said.standard";
    group = "all";
    showGroups();
  }
  if (id !== shown) return;
  if (!first) remember();
  points = answer.points.map(([x, y]) => [x, y]);
  dirty = !first;
  if (first) lookAtFace();
  at("editor-said").textContent = word(key);
  draw();
}

async function save() {
  const id = shown;
  problem("problem-place-saved", "");
  at("save").disabled = true;
  try {
    const options = { method: "PUT", json: points };
    const saved = await ask(`/api/portraits/${id}/landmarks`, options);
    dirty = false;
    shown = saved.id;
    placedAnew();
    state.portrait = saved.id;
    await refreshMedia();
    at("editor-said").textContent = word("place.said.saved");
    done();
  } catch (error) {
    problem("problem-place-saved", toldOf(error));
  }
  at("save").disabled = false;
}

function list() {
  const pairs = state.portraits.map((each) => [each.id, each.name]);
  options(at("editor-portrait"), pairs, state.portrait);
  const own = portrait();
  for (const [id, file] of [["save-table", "landmarks.tsv"], ["save-puppet", "puppet.zip"]]) {
    at(id).hidden = !own?.placed;
    if (own) at(id).href = `/api/portraits/${own.id}/${file}`;
    at(id).download = "";
  }
}

function showGroups() {
  const radios = Object.keys(GROUPS).map((name) => {
    const input = make("input", { type: "radio", name: "group", value: name });
    input.checked = name === group;
    input.addEventListener("change", () => {
      group = name;
      draw();
    });
    return make("label", { class: "chip" }, input, make("span", {}, word(`group.${name}`)));
  });
  at("groups").replaceChildren(at("groups").querySelector("legend"), ...radios);
}

function choosePoint(index) {
  chosen = (Math.round(index) + 68) % 68 || 0;
  if (group !== "point") {
    group = "point";
    showGroups();
  }
  draw();
  tell();
}

function members() {
  return GROUPS[group] ?? [chosen];
}

function box(own = members()) {
  const [xs, ys] = [0, 1].map((axis) => own.map((i) => points[i][axis]));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

// changes

function remember() {
  if (!points) return;
  undone.push(points.map((each) => [...each]));
  if (undone.length > LONGEST_UNDO) undone.shift();
  dirty = true;
}

function undo() {
  if (!undone.length) return;
  points = undone.pop();
  dirty = true;
  draw();
  tell();
}

function within([x, y]) {
  return [Math.min(image.naturalWidth, Math.max(0, x)), Math.min(image.naturalHeight, Math.max(0, y))];
}

// As far as the picture reaches, together, so that a group keeps its form.
function moveFrom(start, dx, dy) {
  const own = members();
  const low = (axis) => Math.min(...own.map((i) => start[i][axis]));
  const high = (axis) => Math.max(...own.map((i) => start[i][axis]));
  const [x, y] = [
    Math.min(image.naturalWidth - high(0), Math.max(-low(0), dx)),
    Math.min(image.naturalHeight - high(1), Math.max(-low(1), dy)),
  ];
  for (const i of own) points[i] = [start[i][0] + x, start[i][1] + y];
}

function scaleFrom(start, [cx, cy], sx, sy) {
  for (const i of members()) {
    points[i] = within([cx + (start[i][0] - cx) * sx, cy + (start[i][1] - cy) * sy]);
  }
}

function nudge(dx, dy) {
  if (!points) return;
  remember();
  moveFrom(points.map((each) => [...each]), dx, dy);
  draw();
  tell();
}

function scaleBy(sx, sy) {
  if (!points || group === "point") return;
  remember();
  const [x0, y0, x1, y1] = box();
  const start = points.map((each) => [...each]);
  scaleFrom(start, [(x0 + x1) / 2, (y0 + y1) / 2], sx, sy);
  draw();
  tell();
}

function byKey(event) {
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    undo();
    return;
  }
  if (event.altKey) return;
  const step = event.shiftKey ? 10 : 1;
  const keys = {
    ArrowUp: () => nudge(0, -step),
    ArrowDown: () => nudge(0, step),
    ArrowLeft: () => nudge(-step, 0),
    ArrowRight: () => nudge(step, 0),
    "[": () => choosePoint(chosen - 1),
    "]": () => choosePoint(chosen + 1),
    "+": () => scaleBy(1.03, 1.03),
    "=": () => scaleBy(1.03, 1.03),
    "-": () => scaleBy(0.97, 0.97),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

// pointer

function place(event) {
  const canvas = at("editor");
  const frame = canvas.getBoundingClientRect();
  const scale = image.naturalWidth / frame.width;
  return [(event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale, scale];
}

function grasp(event) {
  if (!points || event.button > 0) return;
  const canvas = at("editor");
  canvas.focus({ preventScroll: true });
  const [x, y, scale] = place(event);
  const start = points.map((each) => [...each]);
  const view = at("editor-view");
  const from = { x, y, start, kept: false, pointer: event.pointerId };
  if (group === "point") {
    const far = points.map((p) => Math.hypot(p[0] - x, p[1] - y));
    const nearest = far.indexOf(Math.min(...far));
    if (far[nearest] <= REACH * scale) {
      chosen = nearest;
      held = { ...from, how: "move" };
    }
  } else {
    const [x0, y0, x1, y1] = box();
    const corners = [[x0, y0, x1, y1], [x1, y0, x0, y1], [x0, y1, x1, y0], [x1, y1, x0, y0]];
    const near = corners.find((c) => Math.hypot(c[0] - x, c[1] - y) <= REACH * scale);
    const inside = x >= x0 && x <= x1 && y >= y0 && y <= y1;
    if (near) held = { ...from, how: "scale", corner: near };
    else if (inside) held = { ...from, how: "move" };
  }
  held ??= {
    how: "pan",
    pointer: event.pointerId,
    x: event.clientX,
    y: event.clientY,
    left: view.scrollLeft,
    top: view.scrollTop,
    page: window.scrollY,
  };
  canvas.setPointerCapture(event.pointerId);
  draw();
}

function drag(event) {
  if (!held || event.pointerId !== held.pointer) return;
  if (held.how === "pan") {
    const view = at("editor-view");
    view.scrollLeft = held.left + held.x - event.clientX;
    view.scrollTop = held.top + held.y - event.clientY;
    if (event.pointerType !== "mouse" && zoom === 0) {
      window.scrollTo(window.scrollX, held.page + held.y - event.clientY);
    }
    return;
  }
  const [x, y] = place(event);
  if (!held.kept) {
    remember();
    held.kept = true;
  }
  if (held.how === "move") moveFrom(held.start, x - held.x, y - held.y);
  else {
    const [cx, cy, fx, fy] = held.corner;
    const ratio = (now, corner, fixed) => Math.max(0.05, (now - fixed) / (corner - fixed || 1));
    scaleFrom(held.start, [fx, fy], ratio(x, cx, fx), ratio(y, cy, fy));
  }
  draw();
}

function release(event) {
  if (held?.pointer !== event.pointerId) return;
  held = null;
  draw();
  tell();
}

// drawing

// As near as the whole face stays in sight.
function lookAtFace() {
  const view = at("editor-view");
  const scale = at("editor").clientWidth / image.naturalWidth / ZOOMS[zoom];
  const [xs, ys] = [0, 1].map((axis) => points.map((p) => p[axis]));
  const wide = (Math.max(...xs) - Math.min(...xs)) * scale;
  const high = (Math.max(...ys) - Math.min(...ys)) * scale;
  const room = [view.clientWidth, Math.min(view.clientHeight, 0.68 * window.innerHeight)];
  const nearest = ZOOMS.findLastIndex((z) => wide * z < 0.8 * room[0] && high * z < 0.8 * room[1]);
  zoomTo(Math.max(0, nearest), GROUPS.all);
}

function zoomTo(next, around = members()) {
  zoom = Math.min(ZOOMS.length - 1, Math.max(0, next));
  fit();
  if (!points) return;
  const view = at("editor-view");
  const scale = at("editor").clientWidth / image.naturalWidth;
  const [x0, y0, x1, y1] = box(around);
  view.scrollLeft = ((x0 + x1) / 2) * scale - view.clientWidth / 2;
  view.scrollTop = ((y0 + y1) / 2) * scale - view.clientHeight / 2;
}

function fit() {
  at("zoom").textContent = `${Math.round(100 * ZOOMS[zoom])} %`;
  const view = at("editor-view");
  if (!image || !view.clientWidth) return;
  const canvas = at("editor");
  const aspect = image.naturalWidth / image.naturalHeight;
  const base = Math.min(view.clientWidth, Math.max(240, 0.68 * window.innerHeight) * aspect);
  const width = Math.round(base * ZOOMS[zoom]);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${Math.round(width / aspect)}px`;
  const sharp = Math.min(window.devicePixelRatio || 1, 3000 / width);
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round((width / aspect) * sharp);
  draw();
}

function draw() {
  at("undo").disabled = !undone.length;
  at("save").disabled = !points;
  at("point").value = chosen;
  for (const button of document.querySelectorAll("[data-scale]")) button.disabled = group === "point";
  const canvas = at("editor");
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (!image) return;
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  if (!points) return;
  const scale = canvas.width / image.naturalWidth;
  const unit = canvas.width / canvas.clientWidth || 1;
  const where = (i) => [points[i][0] * scale, points[i][1] * scale];
  drawLines(pen, where, LINES, 1.4 * unit);
  const own = new Set(members());
  for (let i = 0; i < 68; i += 1) {
    pen.beginPath();
    pen.arc(...where(i), (own.has(i) ? 4 : 2.6) * unit, 0, 2 * Math.PI);
    pen.fillStyle = own.has(i) ? CHOSEN : "#ffffff";
    pen.strokeStyle = "rgba(0, 0, 0, 0.75)";
    pen.lineWidth = unit;
    pen.fill();
    pen.stroke();
  }
  if (group === "point") markChosen(pen, where(chosen), unit);
  else markBox(pen, scale, unit);
}

function markChosen(pen, [x, y], unit) {
  pen.beginPath();
  pen.arc(x, y, 9 * unit, 0, 2 * Math.PI);
  pen.strokeStyle = BOX;
  pen.lineWidth = 2 * unit;
  pen.stroke();
}

function markBox(pen, scale, unit) {
  const [x0, y0, x1, y1] = box().map((value) => value * scale);
  pen.strokeStyle = BOX;
  pen.lineWidth = 1.5 * unit;
  pen.setLineDash([6 * unit, 4 * unit]);
  pen.strokeRect(x0, y0, x1 - x0, y1 - y0);
  pen.setLineDash([]);
  const half = (CORNER / 2) * unit;
  for (const [x, y] of [[x0, y0], [x1, y0], [x0, y1], [x1, y1]]) {
    pen.fillStyle = BOX;
    pen.strokeStyle = "rgba(0, 0, 0, 0.75)";
    pen.lineWidth = unit;
    pen.fillRect(x - half, y - half, 2 * half, 2 * half);
    pen.strokeRect(x - half, y - half, 2 * half, 2 * half);
  }
}

function tell() {
  if (!points) return;
  if (group === "point") {
    const [x, y] = points[chosen];
    const values = { point: chosen, x: inDigits(x, 1), y: inDigits(y, 1) };
    at("editor-said").textContent = word("place.said.point", values);
  } else {
    at("editor-said").textContent = word("place.said.group", { group: word(`group.${group}`) });
  }
}
