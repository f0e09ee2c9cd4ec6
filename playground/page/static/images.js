// Images in blocks and accessories.

import { el, safeUrl } from "./dom.js";

export function image(spec, { small = false } = {}) {
  const url = safeUrl(spec.image_url ?? spec.slack_file?.url);
  const alt = spec.alt_text ?? "";
  if (!url) return el("span", { class: "image-missing" }, alt || "image");
  const node = el("img", { src: url, alt, loading: "lazy", class: small ? "thumb" : "picture" });
  // A picture that doesn't load is replaced by its text.
  node.addEventListener("error", () => node.replaceWith(el("span", { class: "image-missing" }, alt || "image")));
  return node;
}
