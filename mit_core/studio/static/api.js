// Asking the server; what it refuses comes back as an error in the visitor's language.
import { hasWord, word } from "./words.js";

let token = "";

export class Refused extends Error {
  constructor(code, text, values = {}) {
    super(text);
    this.code = code;
    this.values = values;
    this.text = text;
  }

  // In the language that is spoken now.
  get told() {
    const key = `error.${this.code}`;
    return hasWord(key) ? word(key, this.values) : this.text;
  }
}

export function toldOf(error) {
  return error instanceof Refused ? error.told : word("error.inside");
}

export async function begin() {
  const start = await ask("/api/start");
  token = start.token;
  return start;
}

export async function ask(path, options = {}) {
  const reply = await request(path, options);
  return reply.status === 204 ? null : reply.json();
}

export async function request(path, { method = "GET", json, body, headers = {}, signal } = {}) {
  const send = () =>
    fetch(path, {
      method,
      signal,
      body: json === undefined ? body : JSON.stringify(json),
      headers: {
        ...headers,
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...(method === "GET" ? {} : { "x-studio-token": token }),
      },
    });
  let reply;
  try {
    reply = await send();
    if (reply.status === 403 && method !== "GET" && (await refusal(reply.clone())).code === "token") {
      await begin(); // the server was started anew since
      reply = await send();
    }
  } catch (error) {
    if (error instanceof Refused || error.name === "AbortError") throw error;
    throw new Refused("unreachable", word("error.unreachable"));
  }
  if (!reply.ok) throw await refusal(reply);
  return reply;
}

async function refusal(reply) {
  try {
    const { error } = await reply.json();
    return new Refused(error.code, error.text, error.values);
  } catch {
    return new Refused("inside", word("error.inside"));
  }
}

// A file on its way, telling how much of it has arrived.
export function upload(path, file, name, watch) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", path);
    sending.setRequestHeader("x-studio-token", token);
    sending.setRequestHeader("x-name", encodeURIComponent(name));
    sending.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) watch(event.loaded / event.total);
    });
    sending.addEventListener("load", () => {
      let told = {};
      try {
        told = JSON.parse(sending.responseText);
      } catch {
        // told below
      }
      if (sending.status === 201) resolve(told);
      else if (told.error) reject(new Refused(told.error.code, told.error.text, told.error.values));
      else reject(new Refused("inside", word("error.inside")));
    });
    sending.addEventListener("error", () => {
      reject(new Refused("unreachable", word("error.unreachable")));
    });
    sending.send(file);
  });
}
