// Portraits and speech: picked, dropped, recorded, taken away.
import { ask, Refused, toldOf, upload } from "./api.js";
import { at, dropOn, make, problem } from "./dom.js";
import { changed, portrait, speech, state } from "./state.js";
import { inDigits, whenSpoken, word } from "./words.js";

const KINDS = {
  portraits: { one: "portrait", list: "portraits", current: portrait },
  speeches: { one: "speech", list: "speeches", current: speech },
};

export async function refreshMedia() {
  const media = await ask("/api/media");
  state.portraits = media.portraits;
  state.speeches = media.speeches;
  for (const [kind, { one, current }] of Object.entries(KINDS)) {
    if (!current()) state[one] = state[kind][0]?.id ?? null;
  }
  show();
  changed("media");
}

export function select(kind, id) {
  state[KINDS[kind].one] = id;
  show();
  changed(KINDS[kind].one);
}

export async function give(kind, file, name = file.name) {
  const { one } = KINDS[kind];
  const busy = at(`busy-${one}`);
  problem(`problem-${one}`, "");
  try {
    if (file.size > state.start.uploadBytes) {
      throw new Refused("too_large", "", { limit: state.start.uploadBytes / 1e6 });
    }
    busy.textContent = word("upload.sending", { name, share: 0 });
    const given = await upload(`/api/${kind}`, file, name, (part) => {
      const key = part < 1 ? "upload.sending" : "upload.looking";
      busy.textContent = word(key, { name, share: Math.round(100 * part) });
    });
    state[one] = given.id;
    await refreshMedia();
    changed(one);
  } catch (error) {
    problem(`problem-${one}`, toldOf(error));
  } finally {
    busy.textContent = "";
    at(`file-${one}`).value = ""; // the same file may be given again
  }
}

async function remove(kind) {
  const { one, current } = KINDS[kind];
  const medium = current();
  if (!medium || !window.confirm(word(`${one}.remove.sure`, { name: medium.name }))) return;
  try {
    await ask(`/api/${kind}/${medium.id}`, { method: "DELETE" });
  } catch (error) {
    problem(`problem-${one}`, toldOf(error));
  }
  await refreshMedia();
  changed(one);
}

function show() {
  keepFocus(at("portraits"), () => showPortraits());
  keepFocus(at("speeches"), () => showSpeeches());
  for (const { one, current } of Object.values(KINDS)) {
    at(`${one}-remove`).hidden = current()?.origin !== "upload";
  }
  at("portrait-place").hidden = !portrait();
}

function keepFocus(list, redraw) {
  const held = list.contains(document.activeElement) ? document.activeElement.value : null;
  redraw();
  if (held !== null) list.querySelector(`input[value="${held}"]`)?.focus();
}

function replaceChoices(list, choices) {
  list.replaceChildren(list.querySelector("legend"), ...choices);
}

function radio(kind, medium) {
  const { one } = KINDS[kind];
  const input = make("input", { type: "radio", name: one, value: medium.id });
  input.checked = medium.id === state[one];
  input.addEventListener("change", () => select(kind, medium.id));
  return input;
}

function showPortraits() {
  const choices = state.portraits.map((medium) => {
    const picture = make("img", {
      src: `/media/portraits/${medium.id}`,
      alt: "",
      loading: "lazy",
      decoding: "async",
    });
    return make(
      "label",
      { class: "thumb", title: medium.name },
      radio("portraits", medium),
      picture,
      make("span", { class: "name" }, make("bdi", {}, medium.name)),
      make("span", { class: "faint from" }, word(`from.${medium.placed ? "placed" : medium.origin}`)),
    );
  });
  replaceChoices(at("portraits"), choices);
}

function showSpeeches() {
  const choices = state.speeches.map((medium) =>
    make(
      "label",
      { class: "line" },
      radio("speeches", medium),
      make(
        "span",
        { class: "what" },
        make("span", { class: "name" }, make("bdi", {}, medium.name)),
        make("span", { class: "faint from" }, word(`from.${medium.origin}`)),
      ),
      make("span", { class: "faint long" }, word("time.exact", { n: inDigits(medium.seconds, 1) })),
    ),
  );
  replaceChoices(at("speeches"), choices);
}

export function startLibrary() {
  for (const [kind, { one }] of Object.entries(KINDS)) {
    dropOn(at(`drop-${one}`), (file) => give(kind, file));
    const input = at(`file-${one}`);
    input.addEventListener("change", () => {
      if (input.files[0]) give(kind, input.files[0]);
    });
    at(`${one}-remove`).addEventListener("click", () => remove(kind));
  }
  // a file that misses its place must not replace the page
  for (const event of ["dragover", "drop"]) {
    window.addEventListener(event, (happened) => happened.preventDefault());
  }
  whenSpoken(show);
}
