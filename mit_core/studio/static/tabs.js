// The page's parts: one is shown, arrow keys go from tab to tab, the address keeps which.
import { at } from "./dom.js";

const tabs = [...document.querySelectorAll('[role="tab"]')];
const listeners = [];

export function openTab(name, focus = false) {
  const chosen = tabs.find((tab) => tab.getAttribute("aria-controls") === name) ?? tabs[0];
  for (const tab of tabs) {
    const open = tab === chosen;
    tab.setAttribute("aria-selected", String(open));
    tab.tabIndex = open ? 0 : -1;
    at(tab.getAttribute("aria-controls")).hidden = !open;
  }
  if (focus) chosen.focus();
  const shown = chosen.getAttribute("aria-controls");
  // not an element's id, which the browser would scroll to
  if (location.hash !== `#/${shown}`) history.replaceState(null, "", `#/${shown}`);
  for (const listener of listeners) listener(shown);
}

export function whenOpened(listener) {
  listeners.push(listener);
}

export function startTabs() {
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => openTab(tab.getAttribute("aria-controls")));
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      openTab(tabs.at(to % tabs.length).getAttribute("aria-controls"), true);
    });
  });
  const names = tabs.map((tab) => tab.getAttribute("aria-controls"));
  const wanted = location.hash.slice(2);
  openTab(names.includes(wanted) ? wanted : names[0]);
}
