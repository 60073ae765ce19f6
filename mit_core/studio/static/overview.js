// What the results folder holds: tables and curves.
import { ask, toldOf } from "./api.js";
import { at, make, problem } from "./dom.js";
import { inDigits, whenSpoken, word } from "./words.js";

let told = null;

export async function openOverview() {
  at("busy-results").textContent = told ? "" : word("results.reading");
  problem("problem-results", "");
  try {
    told = await ask("/api/results");
    show();
  } catch (error) {
    problem("problem-results", toldOf(error));
  }
  at("busy-results").textContent = "";
}

export function startOverview() {
  whenSpoken(() => {
    if (told) show();
  });
}

function show() {
  at("report").hidden = !told.report;
  const parts = Object.entries(told.parts).map(([name, part]) => section(word(`part.${name}`), part));
  const runs = told.runs.map((run) => section(run.name, run, "h4"));
  const training = runs.length ? [make("h3", {}, word("part.curves")), ...runs] : [];
  const all = [...parts, ...training];
  at("overview").replaceChildren(
    ...(all.length ? all : [make("p", { class: "faint" }, word("results.none"))]),
  );
}

function section(title, part, heading = "h3") {
  const box = make("div", { class: "part" }, make(heading, {}, make("bdi", {}, title)));
  if (part.remarks.length) {
    const counts = part.remarks.map((remark) => make("li", {}, remark));
    box.append(make("ul", { class: "counts" }, ...counts));
  }
  if (part.charts.length) {
    const cards = part.charts.map((chart) => make("div", { class: "card" }, drawing(chart)));
    box.append(make("div", { class: "pair" }, ...cards));
  }
  box.append(table(part.table, title));
  return box;
}

function table({ header, rows, numeric, hidden }, title) {
  const cell = (tag, text, index, more = {}) =>
    make(tag, { class: numeric[index] ? "number" : null, ...more }, make("bdi", {}, text));
  const head = header.map((name, index) => cell("th", name, index, { scope: "col" }));
  const body = rows.map((row) => make("tr", {}, ...row.map((text, index) => cell("td", text, index))));
  const whole = make(
    "table",
    {},
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...body),
  );
  const frame = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, whole);
  if (!hidden) return frame;
  const rest = make("p", { class: "faint" }, word("results.more", { count: inDigits(hidden) }));
  return make("div", {}, frame, rest);
}

// An SVG of the server's. Its styles are set from here: the page's policy takes none from markup.
function drawing(text) {
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  for (const element of svg.querySelectorAll("[data-style]")) {
    element.style.cssText = element.dataset.style;
    delete element.dataset.style;
  }
  return document.importNode(svg, true);
}
