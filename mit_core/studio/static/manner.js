// How it is spoken and drawn: the choices, and what they are now.
import { at, options } from "./dom.js";
import { changed, state } from "./state.js";
import { hasWord, inDigits, whenSpoken, word } from "./words.js";

const LISTS = ["style", "head_motion", "blinks", "renderer"];
const OWN = ""; // the driving voice's own manner

export function choices() {
  const chosen = { seed: wholeSeed(), mark: at("mark").checked };
  for (const name of LISTS) chosen[name] = at(name).value;
  if (chosen.style === OWN) chosen.style = null;
  for (const name of Object.keys(state.start.gains)) chosen[name] = Number(at(name).value);
  return chosen;
}

export function setChoices(chosen) {
  const values = { ...state.start.usual, ...chosen };
  for (const name of LISTS) {
    const select = at(name);
    const value = values[name] ?? OWN;
    if ([...select.options].some((option) => option.value === value)) select.value = value;
  }
  for (const name of Object.keys(state.start.gains)) at(name).value = values[name];
  at("seed").value = values.seed;
  at("mark").checked = values.mark;
  show();
  changed("choices");
}

export function startManner() {
  const { gains, seeds } = state.start;
  for (const [name, [least, largest]] of Object.entries(gains)) {
    at(name).min = least;
    at(name).max = largest;
    at(name).addEventListener("input", moved);
  }
  [at("seed").min, at("seed").max] = seeds;
  at("seed").addEventListener("input", moved);
  for (const name of LISTS) at(name).addEventListener("change", moved);
  at("dice").addEventListener("click", () => {
    at("seed").value = Math.floor(Math.random() * (seeds[1] + 1));
    moved();
  });
  at("usual").addEventListener("click", () => setChoices({ mark: at("mark").checked }));
  lists(state.start.usual);
  setChoices({});
  whenSpoken(() => {
    lists(choices());
    show();
  });
}

function moved() {
  show();
  changed("choices");
}

function lists(chosen) {
  const { styles, headMotions, blinks, renderers } = state.start;
  const named = (list, names) =>
    names.map((name) => [name, hasWord(`${list}.${name}`) ? word(`${list}.${name}`) : name]);
  const people = styles.map((name) => [name, name]);
  options(at("style"), [[OWN, word("style.own")], ...people], chosen.style ?? OWN);
  options(at("head_motion"), named("head", headMotions), chosen.head_motion);
  options(at("blinks"), named("blinks", blinks), chosen.blinks);
  options(at("renderer"), named("renderer", renderers), chosen.renderer);
}

function show() {
  for (const name of Object.keys(state.start.gains)) {
    const told = `× ${inDigits(Number(at(name).value), 2)}`;
    document.querySelector(`output[for="${name}"]`).textContent = told;
    at(name).setAttribute("aria-valuetext", told);
  }
  at("style").disabled = at("head_motion").value !== "learned";
  at("amp_pos").disabled = at("head_motion").value === "none";
  at("renderer-explained").textContent = word(`renderer.${at("renderer").value}.explained`);
}

function wholeSeed() {
  const [least, largest] = state.start.seeds;
  return Math.min(largest, Math.max(least, Math.round(Number(at("seed").value)) || 0));
}
