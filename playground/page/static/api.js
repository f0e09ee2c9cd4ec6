// The page's only door to the server: JSON calls and the event stream.

const BASE = "/playground";

async function readJson(response) {
  try {
    return await response.json();
  } catch {
    return { ok: false, error: `The server answered ${response.status} without JSON.` };
  }
}

/** Never throws: a failure is `{ok: false, error}` like the server's own. */
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
    return { ok: false, error: "The playground server cannot be reached." };
  }
}

/** Sends the bytes of a file that is to be attached: `{ok, file}` or a failure like those of `post`. */
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
    return { ok: false, error: "The playground server cannot be reached." };
  }
}

export async function fetchState() {
  const response = await fetch(`${BASE}/state`, { cache: "no-store" });
  if (!response.ok) throw new Error(`state: ${response.status}`);
  return response.json();
}

/**
 * Listens to the event stream and keeps it alive.
 * `onOpen` runs at every (re)connection, so that the caller can load what it missed.
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
        console.error("An event could not be used", error);
      }
    };
    source.onerror = () => {
      onLost();
      // The browser retries by itself, except after an HTTP error, which closes the source for good.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
    };
  };
  connect();
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => event.persisted && connect());
}

/** Slack's error codes are terse; say the common ones in words and keep the code. */
export function explain(result) {
  const code = result?.error ?? "unknown_error";
  const words = {
    dispatch_failed: "The app did not answer in time or failed.",
    operation_timeout: "The app did not answer within 3 seconds.",
    app_timeout: "The app did not answer within 3 seconds.",
    view_not_found: "That form is no longer open.",
    message_not_found: "That message no longer exists.",
    channel_not_found: "That channel does not exist.",
  };
  if (result?.text) return String(result.text);
  const text = words[code];
  return text ? `${text} (${code})` : String(code);
}
