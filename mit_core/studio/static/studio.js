// The studio's page: what is here begins it, each part has a module of its own.
import { begin, toldOf } from "./api.js";
import { at } from "./dom.js";
import { openEditor, startEditor } from "./editor.js";
import { recall, remember } from "./kept.js";
import { refreshMedia, startLibrary } from "./library.js";
import { startManner } from "./manner.js";
import { openOverview, startOverview } from "./overview.js";
import { startPreview } from "./preview.js";
import { startRecorder } from "./recorder.js";
import { look, startRenders } from "./renders.js";
import { state } from "./state.js";
import { openTab, startTabs, whenOpened } from "./tabs.js";
import { choose, speak, spoken, wanted, whenSpoken, word } from "./words.js";

async function start() {
  await speak(wanted());
  at("language").value = spoken();
  at("language").addEventListener("change", () => choose(at("language").value));
  at("theme").value = recall("theme") ?? "";
  at("theme").addEventListener("change", () => {
    remember("theme", at("theme").value);
    document.documentElement.dataset.theme = at("theme").value;
  });
  state.start = await begin();
  const named = () => {
    at("results-name").textContent = word("page.results", { results: state.start.results });
  };
  named();
  whenSpoken(named);
  at("exposed").hidden = state.start.local;
  startLibrary();
  startManner();
  startPreview();
  startRecorder();
  startOverview();
  startEditor(() => openTab("make", true));
  for (const id of ["portrait-place", "problem-place"]) {
    at(id).addEventListener("click", () => {
      openTab("place");
      at("editor").focus();
    });
  }
  whenOpened((name) => {
    if (name === "results") openOverview();
    if (name === "place") openEditor();
    if (name === "history") look();
  });
  await refreshMedia();
  startTabs();
  await startRenders(() => openTab("make", true));
  document.body.dataset.ready = "true";
}

start().catch((error) => {
  at("content").prepend(Object.assign(document.createElement("p"), {
    className: "problem",
    textContent: toldOf(error),
  }));
});
