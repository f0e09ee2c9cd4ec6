// All requests to the server: JSON calls, uploads and the event stream.

const BASE = "/playground";

async function readJson(response) {
  try {
    return await response.json();
  } catch {
    return { ok: false, error: `The server answered ${response.status} without JSON.` };
  }
}

/** Posts JSON and returns the answer. Never throws: a failure is `{ok: false, error}`, as from the server. */
export async function post(path, body) {
  try {
    const response = await fetch(`${BASE}/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const data = await readJson(response);
    if (!response.ok && data.ok !== false) return { ok: false, error: `The server answered ${response.status}.` };
    return data;
  } catch {
    return { ok: false, error: "The playground's server can't be reached." };
  }
}

/** Uploads a file and returns `{ok, file}`, or a failure as `post` does. */
export async function upload(file) {
  try {
    const response = await fetch(`${BASE}/upload?name=${encodeURIComponent(file.name)}`, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: file,
    });
    if (response.status === 413) return { ok: false, error: "file_too_large", text: `${file.name} is too large for the playground.` };
    return await readJson(response);
  } catch {
    return { ok: false, error: "The playground's server can't be reached." };
  }
}

export async function fetchState() {
  const response = await fetch(`${BASE}/state`, { cache: "no-store" });
  if (!response.ok) throw new Error(`state: ${response.status}`);
  return response.json();
}

/**
 * Listens to the event stream and reconnects when it breaks.
 * `onOpen` runs at every connection, so that the caller can load the events that it missed.
 */
export function listen({ onEvent, onOpen, onLost }) {
  let source;
  const connect = () => {
    source = new EventSource(`${BASE}/events`);
    source.onopen = onOpen;
    source.onmessage = (event) => {
      try {
        onEvent(JSON.parse(event.data));
      } catch (error) {
        console.error("An event could not be handled", error);
      }
    };
    source.onerror = () => {
      onLost();
      // The browser reconnects by itself, except after an HTTP error.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
    };
  };
  connect();
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => event.persisted && connect());
}

/** Returns a sentence for a failed result, with Slack's error code. */
export function explain(result) {
  const code = result?.error ?? "unknown_error";
  const sentences = {
    dispatch_failed: "The app failed or didn't answer in time.",
    operation_timeout: "The app didn't answer within 3 seconds.",
    app_timeout: "The app didn't answer within 3 seconds.",
    view_not_found: "That form is no longer open.",
    message_not_found: "That message no longer exists.",
    channel_not_found: "That channel doesn't exist.",
  };
  if (result?.text) return String(result.text);
  const text = sentences[code];
  return text ? `${text} (${code})` : String(code);
}
