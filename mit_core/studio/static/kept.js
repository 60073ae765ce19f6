// What the browser remembers of a visitor's wishes, where it may remember anything.
export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // it is asked again next time
  }
}
