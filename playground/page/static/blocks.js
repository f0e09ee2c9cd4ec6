// Renders Slack's blocks. A block that the page can't show leaves a note.

import { chartBlock } from "./charts.js";
import { el, icon, uid } from "./dom.js";
import { createElement } from "./elements.js";
import { image } from "./images.js";
import { plain, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, tableBlock } from "./tables.js";

const unknown = (type) => el("div", { class: "unknown" }, icon("warning"), `This page can't show a “${type}” block.`);

const withTitle = (title, node) => el("figure", { class: "image" }, title ? el("figcaption", {}, plain(title)) : null, node);

function section(block, surface) {
  const body = el("div", { class: "section-body" });
  if (block.text) body.append(textObject(block.text));
  if (block.fields?.length) body.append(el("div", { class: "fields" }, block.fields.map((field) => el("div", { class: "field" }, textObject(field)))));
  const accessory = block.accessory && createElement(block.accessory, { surface, block });
  return [body, accessory ? el("div", { class: `accessory accessory-${block.accessory.type}` }, accessory.node) : null];
}

function input(block, surface) {
  const labelId = uid("label");
  const hintId = uid("hint");
  const fieldId = uid("field");
  const errorId = uid("error");
  const element = createElement(block.element, { surface, block, labelId, fieldId, hintId: block.hint ? hintId : null, errorId, inInput: true });
  const optional = block.optional ? el("span", { class: "optional" }, " (optional)") : null;
  const label = element.group
    ? el("div", { class: "label", id: labelId }, plain(block.label), optional)
    : el("label", { class: "label", id: labelId, for: fieldId }, plain(block.label), optional);
  const error = el("div", { class: "field-error", id: errorId, data: { errorFor: block.block_id }, hidden: true });
  return [label, element.node, error, block.hint ? el("div", { class: "hint", id: hintId }, textObject(block.hint, { inlineOnly: true })) : null];
}

const context = (block) =>
  (block.elements ?? []).map((item) =>
    item.type === "image" ? image(item, { small: true }) : el("span", { class: "context-text" }, textObject(item)),
  );

const RENDER = {
  section,
  input,
  context,
  header: (block) => el("div", { role: "heading", "aria-level": "3", class: "header-text" }, plain(block.text)),
  divider: () => el("hr"),
  actions: (block, surface) => (block.elements ?? []).map((item) => createElement(item, { surface, block }).node),
  image: (block) => withTitle(block.title, image(block)),
  rich_text: (block) => richText(block),
  table: (block) => tableBlock(block),
  data_table: (block) => dataTable(block),
  data_visualization: (block) => chartBlock(block),
};

/** Returns a block in its box; `surface` is its message or view (see surface.js). */
function renderBlock(block, surface) {
  const box = el("div", { class: `block block-${RENDER[block.type] ? block.type : "other"}`, data: { blockId: block.block_id } });
  try {
    const render = RENDER[block.type];
    box.append(...[render ? render(block, surface) : unknown(block.type)].flat(Infinity).filter(Boolean));
  } catch (error) {
    // A malformed block must not hide the other blocks of the message.
    console.error("A block could not be rendered", block, error);
    box.replaceChildren(unknown(block.type));
  }
  return box;
}

export const renderBlocks = (blocks, surface) => el("div", { class: "blocks" }, (blocks ?? []).map((block) => renderBlock(block, surface)));
