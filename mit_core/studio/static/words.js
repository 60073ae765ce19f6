// The page's language: words by key, put wherever data-word asks for them.
import { recall, remember } from "./kept.js";

const LANGUAGES = ["en", "ko"];
let words = {};
let language = "en";
const listeners = [];

export function spoken() {
  return language;
}

// A word, its {gaps} filled in.
export function word(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (gap, name) => String(values[name] ?? gap));
}

export function hasWord(key) {
  return key in words;
}

// Called whenever the language changes.
export function whenSpoken(listener) {
  listeners.push(listener);
}

export function wanted() {
  const kept = recall("language");
  if (LANGUAGES.includes(kept)) return kept;
  for (const tag of navigator.languages ?? []) {
    const found = LANGUAGES.find((each) => tag.toLowerCase().startsWith(each));
    if (found) return found;
  }
  return LANGUAGES[0];
}

export async function speak(chosen) {
  const reply = await fetch(`/words/${chosen}`);
  if (!reply.ok) throw new Error(`words of ${chosen}`);
  words = await reply.json();
  language = chosen;
  document.documentElement.lang = chosen;
  document.title = word("page.title");
  fill(document);
  for (const listener of listeners) listener();
}

export async function choose(chosen) {
  remember("language", chosen);
  await speak(chosen);
}

export function fill(root) {
  for (const element of root.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word);
  }
  for (const element of root.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", word(element.dataset.wordLabel));
  }
}

export function inDigits(value, digits = 0) {
  const form = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString(language, form);
}

export function inTime(seconds) {
  if (seconds < 90) return word("time.seconds", { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return word("time.minutes", { n: Math.round(seconds / 60) });
  return word("time.hours", { n: inDigits(seconds / 3600, 1) });
}

export function inDate(seconds) {
  const form = { dateStyle: "medium", timeStyle: "short" };
  return new Date(seconds * 1000).toLocaleString(language, form);
}
