// Renders: asked for, watched, stopped; and the history of those that are done.
import { ask, toldOf } from "./api.js";
import { at, make, problem } from "./dom.js";
import { select } from "./library.js";
import { choices, setChoices } from "./manner.js";
import { preview } from "./preview.js";
import { changed, on, state } from "./state.js";
import { hasWord, inDate, inDigits, inTime, whenSpoken, word } from "./words.js";

const BUSY = 400; // ms between two looks while something is drawn
const IDLE = 4000; // another tab may have asked for something
const RUNNING = ["waiting", "drawing"];

let jobs = [];
let history = [];
let mine = null; // the render asked for in this tab
let drawn = ""; // what the history shows
let timer = 0;
let said = "";
const cards = new Map();

export function startRenders(openMaking) {
  at("render").addEventListener("click", render);
  on("ready", () => {
    at("render").disabled = !preview.ready;
  });
  document.addEventListener("visibilitychange", look);
  whenSpoken(() => {
    drawn = "";
    for (const card of cards.values()) card.remove();
    cards.clear();
    latest = "";
    show();
  });
  useAgain = openMaking;
  return look();
}

let useAgain = () => {};
let latest = "";

async function render() {
  problem("problem-render", "");
  at("render").disabled = true;
  try {
    const question = { portrait: state.portrait, speech: state.speech, choices: choices() };
    mine = (await ask("/api/renders", { method: "POST", json: question })).id;
    said = "";
    await look();
  } catch (error) {
    problem("problem-render", toldOf(error));
  } finally {
    at("render").disabled = !preview.ready;
  }
}

export async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    ({ jobs, history } = await ask("/api/renders"));
    problem("problem-history", "");
    show();
  } catch (error) {
    problem("problem-history", toldOf(error));
  }
  const busy = jobs.some((job) => RUNNING.includes(job.state));
  clearTimeout(timer);
  timer = setTimeout(look, busy ? BUSY : IDLE);
}

function show() {
  showJobs();
  showLatest();
  showHistory();
}

function showJobs() {
  const there = new Set(jobs.map((job) => job.id));
  for (const [id, card] of cards) {
    if (!there.has(id)) {
      card.remove();
      cards.delete(id);
    }
  }
  for (const job of jobs) {
    if (!cards.has(job.id)) {
      cards.set(job.id, newCard(job));
      at("jobs").append(cards.get(job.id));
    }
    update(cards.get(job.id), job);
  }
  const own = jobs.find((job) => job.id === mine);
  if (own && own.state === "drawing") tellNow(word("render.drawing"));
  if (own && own.state === "failed") tellNow(errorOf(own.error));
}

function newCard(job) {
  const stop = make("button", { type: "button", class: "quiet small" });
  const bar = make("progress", { max: 1 });
  const card = make(
    "div",
    { class: "job", role: "group" },
    make("p", { class: "what" }, make("bdi", {}, titleOf(job))),
    bar,
    make("div", { class: "row between" }, make("span", { class: "faint small told" }), stop),
  );
  bar.setAttribute("aria-label", titleOf(job));
  card.setAttribute("aria-label", titleOf(job));
  stop.addEventListener("click", async () => {
    const running = RUNNING.includes(card.dataset.state);
    stop.disabled = true;
    try {
      await (running
        ? ask(`/api/renders/${job.id}/stop`, { method: "POST" })
        : ask(`/api/renders/${job.id}`, { method: "DELETE" }));
      if (running) tellNow(word("render.stopped"));
    } catch (error) {
      if (!["not_running", "gone"].includes(error.code)) problem("problem-render", toldOf(error));
    }
    stop.disabled = false;
    at("render").focus();
    await look();
  });
  return card;
}

function update(card, job) {
  card.dataset.state = job.state;
  const bar = card.querySelector("progress");
  bar.hidden = !RUNNING.includes(job.state);
  if (job.total) bar.value = job.done / job.total;
  else bar.removeAttribute("value");
  const told = card.querySelector(".told");
  told.textContent = progressOf(job);
  told.classList.toggle("failed", job.state === "failed");
  card.querySelector("button").textContent = word(
    RUNNING.includes(job.state) ? "render.stop" : "render.dismiss",
  );
}

function progressOf(job) {
  if (job.state === "failed") return errorOf(job.error);
  if (job.state === "stopped") return word("render.stopped");
  if (job.state === "waiting") return word("render.waiting");
  if (!job.total) return word("render.opening");
  const frames = { done: inDigits(job.done), total: inDigits(job.total) };
  if (job.done >= job.total) return word("render.closing");
  if (job.left === null) return word("render.frames", frames);
  return word("render.left", { ...frames, left: inTime(job.left) });
}

function errorOf(error) {
  return hasWord(`error.${error.code}`) ? word(`error.${error.code}`, error.values) : error.text;
}

function showLatest() {
  const record = history.find((each) => each.id === mine);
  if (!record) {
    if (latest && !history.some((each) => each.id === latest)) {
      at("latest").replaceChildren();
      at("latest").hidden = true;
      latest = "";
    }
    return;
  }
  if (latest === record.id) return;
  latest = record.id;
  tellNow(word("render.done"));
  const video = videoOf(record);
  video.preload = "auto";
  at("latest").hidden = false;
  at("latest").replaceChildren(
    make("h2", {}, word("render.result")),
    video,
    make("p", { class: "faint small" }, word("render.synthetic")),
    make("div", { class: "row" }, download(record)),
  );
  at("latest").scrollIntoView({ block: "nearest" });
}

function showHistory() {
  const now = JSON.stringify(history.map((record) => record.id));
  if (now === drawn) return;
  drawn = now;
  const list = at("renders");
  if (!history.length) {
    list.replaceChildren(make("p", { class: "faint" }, word("history.none")));
    return;
  }
  const kept = new Map([...list.querySelectorAll("article")].map((e) => [e.dataset.id, e]));
  const language = document.documentElement.lang;
  list.replaceChildren(
    ...history.map((record) => {
      const old = kept.get(record.id); // one that plays goes on playing
      return old?.lang === language ? old : historyCard(record, language);
    }),
  );
}

function historyCard(record, language) {
  const again = make("button", { type: "button", class: "quiet small" }, word("history.again"));
  const remove = make("button", { type: "button", class: "quiet small" }, word("history.delete"));
  again.addEventListener("click", () => takeUp(record));
  remove.addEventListener("click", () => forget(record));
  const facts = make("dl", { class: "facts" });
  for (const [name, value] of factsOf(record)) {
    facts.append(make("dt", {}, name), make("dd", {}, make("bdi", {}, value)));
  }
  const card = make(
    "article",
    { class: "card", "aria-label": titleOf(record), lang: language },
    videoOf(record),
    make("h3", {}, make("bdi", {}, titleOf(record))),
    facts,
    make("div", { class: "row" }, download(record), again, remove),
  );
  card.dataset.id = record.id;
  return card;
}

function factsOf(record) {
  const { choices: chosen } = record;
  const gain = (name) => `× ${inDigits(chosen[name], 2)}`;
  const style = chosen.head_motion === "learned" ? chosen.style ?? word("style.own") : null;
  const head = [word(`head.${chosen.head_motion}`), style, gain("amp_pos")];
  return [
    [word("history.when"), inDate(record.when)],
    [word("history.length"), [
      word("time.exact", { n: inDigits(record.seconds, 1) }),
      word("size", { n: inDigits(record.bytes / 1e6, 1) }),
    ].join(", ")],
    [word("manner.head"), head.filter(Boolean).join(", ")],
    [word("history.lips"), `${gain("amp_lip_y")}, ${gain("amp_lip_x")}`],
    [word("manner.blinks"), word(`blinks.${chosen.blinks}`)],
    [word("manner.seed"), String(chosen.seed)],
    [word("render.renderer"), word(`renderer.${chosen.renderer}`)],
    [word("history.mark"), word(chosen.mark ? "yes" : "no")],
  ];
}

function takeUp(record) {
  problem("problem-history", "");
  for (const [list, one] of [["portraits", "portrait"], ["speeches", "speech"]]) {
    if (!state[list].some((medium) => medium.id === record[one].id)) {
      problem("problem-history", word("history.missing", { name: record[one].name }));
      return;
    }
  }
  select("portraits", record.portrait.id);
  select("speeches", record.speech.id);
  setChoices(record.choices);
  useAgain();
}

async function forget(record) {
  if (!window.confirm(word("history.delete.sure", { name: titleOf(record) }))) return;
  try {
    await ask(`/api/renders/${record.id}`, { method: "DELETE" });
  } catch (error) {
    if (error.code !== "gone") problem("problem-history", toldOf(error));
  }
  await look();
  at("tab-history").focus();
}

function titleOf(record) {
  return word("render.title-of", { portrait: record.portrait.name, speech: record.speech.name });
}

function videoOf(record) {
  return make("video", {
    controls: true,
    playsinline: true,
    preload: "metadata",
    src: `/media/renders/${record.id}`,
    "aria-label": titleOf(record),
  });
}

function download(record) {
  const href = `/media/renders/${record.id}?download`;
  return make("a", { class: "button small", href, download: "" }, word("render.download"));
}

function tellNow(text) {
  if (text === said) return;
  said = text;
  at("render-said").textContent = text;
}
