// Renders table and data_table blocks.

import { el, icon } from "./dom.js";
import { richText } from "./richtext.js";

const ALIGNS = new Set(["left", "center", "right"]);

/** Makes the box of a wide table, which scrolls, reachable by keyboard. */
const watcher = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth + 1) target.setAttribute("tabindex", "0");
    else target.removeAttribute("tabindex");
  }
});

function scrollBox(label, table) {
  const box = el("div", { class: "table-box", role: "region", "aria-label": label }, table);
  watcher.observe(box);
  return box;
}

const cellText = (cell) => (cell?.type === "rich_text" ? null : String(cell?.text ?? cell?.value ?? ""));

/** Returns the content of a table cell. */
function cellContent(cell) {
  if (cell?.type === "rich_text") return richText(cell);
  return cellText(cell);
}

function styleCell(node, align, wrapped) {
  node.classList.add(`align-${ALIGNS.has(align) ? align : "left"}`);
  if (!wrapped) node.classList.add("nowrap");
  return node;
}

/** Returns a table built from finished nodes. */
export function grid({ head, rows, align, wrapped, rowHeader = -1, caption = null, label = "Table" }) {
  const th = (content, at, scope) => styleCell(el("th", { scope }, content), align[at], wrapped(at));
  const body = rows.map((cells) =>
    el("tr", {}, cells.map((content, at) => (at === rowHeader ? th(content, at, "row") : styleCell(el("td", {}, content), align[at], wrapped(at))))),
  );
  const table = el(
    "table",
    { class: "grid" },
    caption,
    el("thead", {}, el("tr", {}, head.map((content, at) => th(content, at, "col")))),
    el("tbody", {}, body),
  );
  return scrollBox(label, table);
}

export function tableBlock(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  return grid({
    head: head.map(cellContent),
    rows: rows.map((row) => row.map(cellContent)),
    align: head.map((_, at) => settings[at]?.align ?? "left"),
    wrapped: (at) => Boolean(settings[at]?.is_wrapped),
  });
}

const plainOf = (cell) => cellText(cell) ?? textOf(cell);
const textOf = (item) => item.text ?? (item.elements ?? []).map(textOf).join("");

const sortKey = (cell) => (cell?.type === "raw_number" ? Number(cell.value) : plainOf(cell).toLowerCase());

function compare(a, b) {
  const [left, right] = [sortKey(a), sortKey(b)];
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left).localeCompare(String(right), undefined, { numeric: true });
}

/** Renders a table with pages that sorts by a click on a column's header. */
export function dataTable(block) {
  const [head = [], ...all] = block.rows ?? [];
  const size = Math.max(1, block.page_size ?? 5);
  const numeric = head.map((_, at) => all.length > 0 && all.every((row) => row[at]?.type === "raw_number" || cellText(row[at]) === ""));
  const pages = Math.max(1, Math.ceil(all.length / size));
  let page = 0;
  let sorted = { column: -1, down: false };
  const holder = el("div", { class: "data-table" });

  const show = (focus) => {
    const rows = sorted.column < 0 ? all : [...all].sort((a, b) => compare(a[sorted.column], b[sorted.column]) * (sorted.down ? -1 : 1));
    const from = page * size;
    const box = grid({
      head: head.map((cell, at) => sortButton(cell, at)),
      rows: rows.slice(from, from + size).map((row) => row.map(cellContent)),
      align: head.map((_, at) => (numeric[at] ? "right" : "left")),
      wrapped: () => false,
      rowHeader: block.row_header_column_index ?? 0,
      caption: el("caption", {}, block.caption ?? ""),
      label: block.caption || "Table",
    });
    box.querySelectorAll("thead th").forEach((th, at) => {
      if (at === sorted.column) th.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
    });
    holder.replaceChildren(box, ...(pages > 1 ? [pager(from, rows.length)] : []));
    if (focus) holder.querySelector(`[data-focus="${focus}"]:not(:disabled)`)?.focus();
  };

  const sortButton = (cell, at) =>
    el(
      "button",
      {
        type: "button",
        class: "sort",
        data: { focus: `sort-${at}` },
        on: {
          click: () => {
            // Ascending, descending, then the original order.
            if (sorted.column !== at) sorted = { column: at, down: false };
            else sorted = sorted.down ? { column: -1, down: false } : { column: at, down: true };
            page = 0;
            show(`sort-${at}`);
          },
        },
      },
      cellText(cell) ?? cellContent(cell),
      icon("chevron"),
    );

  const pager = (from, total) => {
    const step = (name, label, by) =>
      el("button", {
        type: "button", class: "button small", data: { focus: name }, disabled: page + by < 0 || page + by >= pages,
        on: { click: () => { page += by; show(page === 0 ? "next" : page === pages - 1 ? "previous" : name); } },
      }, label);
    return el(
      "div",
      { class: "pager" },
      el("span", { role: "status" }, `${from + 1}–${Math.min(from + size, total)} of ${total}`),
      step("previous", "Previous", -1),
      step("next", "Next", 1),
    );
  };

  show();
  return holder;
}
