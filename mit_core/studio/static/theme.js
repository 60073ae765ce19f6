// Before anything is drawn: the colours that were chosen last time.
(() => {
  "use strict";
  try {
    document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "";
  } catch {
    document.documentElement.dataset.theme = ""; // a browser that keeps nothing
  }
})();
