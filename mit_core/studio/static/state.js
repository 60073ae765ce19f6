// What is chosen now, and who wants to know when it changes.
export const state = {
  start: null, // what the server offers
  portraits: [],
  speeches: [],
  portrait: null, // ids
  speech: null,
};

const listeners = {};

// Names: "media" (lists changed), "portrait", "speech", "choices".
export function on(name, listener) {
  (listeners[name] ??= []).push(listener);
}

export function changed(name) {
  for (const listener of listeners[name] ?? []) listener();
}

export function portrait() {
  return state.portraits.find((each) => each.id === state.portrait) ?? null;
}

export function speech() {
  return state.speeches.find((each) => each.id === state.speech) ?? null;
}
