// Builds DOM nodes. Text becomes text nodes only, so hostile data can't turn into markup.

let counter = 0;

/** Returns an id that is unique on the page, for labels and ARIA references. */
export const uid = (prefix = "id") => `${prefix}-${++counter}`;

const SVG = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") {
      for (const [name, handler] of Object.entries(value)) node.addEventListener(name, handler);
    } else if (key === "data") {
      for (const [name, item] of Object.entries(value)) {
        if (item !== null && item !== undefined) node.dataset[name] = item;
      }
    } else {
      node.setAttribute(key, value === true ? "" : String(value));
    }
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Builds an HTML node: `el("p", {class: "x", data: {ts: "1"}, on: {click: f}}, "text", node)`. */
export const el = (tag, props, ...children) => fill(document.createElement(tag), props, children);

/** Builds an SVG node like `el`. */
export const svg = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);

export const fragment = (...children) => fill(document.createDocumentFragment(), null, children);

const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);

/** Returns an address that a link may have, otherwise null: a message must not bring a `javascript:` link. */
export function safeUrl(url) {
  try {
    const parsed = new URL(String(url), location.href);
    return SCHEMES.has(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** Returns a link that opens a new tab, or plain text if the address isn't allowed. */
export function link(url, ...children) {
  const href = safeUrl(url);
  if (!href) return el("span", {}, ...children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

const PATHS = {
  hash: "M6 2 4.5 14M11.5 2 10 14M2.5 5.5h11.5M2 10.5h11.5",
  lock: "M4.5 7V5a3.5 3.5 0 0 1 7 0v2M3.5 7h9v6.5h-9z",
  reply: "M2.5 3h11v8H7l-3 2.5V11H2.5z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  close: "m4 4 8 8M12 4l-8 8",
  back: "M9.5 3.5 5 8l4.5 4.5",
  send: "M2.5 13.5 14 8 2.5 2.5l1.8 5.5zM4.3 8H9",
  attach: "M13 7.5 8.2 12.3a3.2 3.2 0 0 1-4.5-4.5L9 2.5a2.1 2.1 0 0 1 3 3L6.8 10.7a1 1 0 0 1-1.5-1.5L9.8 4.8",
  file: "M4 1.5h5l3 3v10H4zM9 1.5v3h3",
  chevron: "m4 6.5 4 4 4-4",
  check: "m3.5 8.5 3 3 6-7",
  download: "M8 2v8m-3.5-3L8 10.5 11.5 7M3 13.5h10",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3z",
  warning: "M8 2 1.5 13.5h13zM8 6.5v3.2M8 11.6h.01",
};

/** Returns a small line icon. It is decorative, so screen readers skip it. */
export const icon = (name) =>
  svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }),
  );

export const iconButton = (name, label, onClick, props = {}) =>
  el("button", { type: "button", class: "icon-button", "aria-label": label, title: label, ...props, on: { click: onClick } }, icon(name));
