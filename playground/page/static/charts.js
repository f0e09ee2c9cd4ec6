// Charts (data_visualization blocks): SVG, a legend, and a table of the numbers for screen readers.

import { el, svg } from "./dom.js";
import { grid } from "./tables.js";

const WIDTH = 540;
const PLOT = 204;
const SLANT = 50;
const [ACROSS, DOWN] = [Math.cos, Math.sin].map((side) => side((SLANT * Math.PI) / 180));
/** The approximate widths of a letter and of a wide one in the labels. */
const [LETTER, WIDE_LETTER] = [6.6, 12];
const PAD = { top: 12, right: 12, bottom: 34, left: 58 };
const NUMBER = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });
const ROUND = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
const SHORT = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

/** Returns about five round ticks that cover the values and zero. */
function scale(values) {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const rough = (high - low || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const bottom = Math.floor(low / step) * step;
  const top = Math.max(Math.ceil(high / step) * step, bottom + step);
  const ticks = [];
  for (let tick = 0; bottom + tick * step <= top + step / 2; tick++) ticks.push(bottom + tick * step);
  return { bottom, top, ticks };
}

const legend = (names) =>
  el("ul", { class: "legend" }, names.map((name, at) => el("li", {}, el("span", { class: `key series-${at % 6}` }), name)));

const valueAt = (series, category, at) =>
  Number((series.data ?? []).find((point) => point.label === category)?.value ?? series.data?.[at]?.value ?? NaN);

/** Returns the crossings of two lines of values as [position, value], interpolated between the points. */
function crossings([upper, lower]) {
  const points = [];
  for (let at = 1; at < upper.length; at++) {
    const [start, end] = [upper[at - 1] - lower[at - 1], upper[at] - lower[at]];
    if (start !== 0 && start * end <= 0) {
      const part = start / (start - end);
      points.push([at - 1 + part, upper[at - 1] + part * (upper[at] - upper[at - 1])]);
    }
  }
  return points;
}

/** Rounds to a tenth, or to two digits below one, so that a crossing on the first day isn't shown at 0. */
const rounded = (place) => Number(place < 1 ? place.toPrecision(2) : place.toFixed(1));

/** Returns `Lines cross at 2.1: 141 USD`; the position is interpolated between numeric categories. */
function crossingText([at, value], categories, unit) {
  const [from, to] = [Math.floor(at), Math.ceil(at)].map((place) => Number(categories[place]));
  const place = Number.isFinite(from + to) ? NUMBER.format(rounded(from + (to - from) * (at % 1))) : categories[Math.round(at)];
  return `Lines cross at ${place}: ${ROUND.format(value)}${unit ? ` ${unit}` : ""}`;
}

/** Returns a ring on the crossing and its text, where rising lines leave room: above left, else below right, else at the top. */
function crossingMark(px, py, text, { left, floor }) {
  const length = text.length * LETTER;
  const [tx, ty, anchor] =
    px - length > left ? [px + 2, py - 14, "end"] : py + 28 < floor ? [px + 6, py + 24, "start"] : [Math.max(px, left) + 2, PAD.top + 4, "start"];
  return [
    ty < py - 14 ? svg("line", { class: "guide", x1: px, x2: px, y1: ty + 6, y2: py }) : null,
    svg("circle", { class: "crossing", cx: px, cy: py, r: 5.5 }),
    svg("text", { class: "note", x: tx, y: ty, "text-anchor": anchor }, text),
  ];
}

/** Returns the category names below the axis: level if they fit, aslant for bars, every n-th for lines. */
function names(categories, { aslant, x, floor, slot }) {
  const interval = aslant ? 1 : Math.ceil((longestOf(categories) + 8) / slot);
  return categories.map((category, at) => {
    if (at % interval) return null;
    if (!aslant) return svg("text", { class: "tick", x: x(at), y: floor + 18, "text-anchor": "middle" }, category);
    const place = `translate(${(x(at) + 4).toFixed(1)} ${floor + 14}) rotate(-${SLANT})`;
    return svg("text", { class: "tick", transform: place, "text-anchor": "end" }, category);
  });
}

const widthOf = (text) => [...String(text)].reduce((width, letter) => width + (/[%mMW@]/.test(letter) ? WIDE_LETTER : LETTER), 0);
const longestOf = (texts) => Math.max(LETTER, ...texts.map(widthOf));

function xy(chart) {
  const series = (chart.series ?? []).slice(0, 6);
  const axis = chart.axis_config ?? {};
  const categories = axis.categories ?? series[0]?.data?.map((point) => point.label) ?? [];
  const table = series.map((item) => categories.map((category, at) => valueAt(item, category, at)));
  const { bottom, top, ticks } = scale(table.flat().filter(Number.isFinite));
  const longest = longestOf(categories);
  let left = PAD.left + (axis.y_label ? 16 : 0);
  const room = WIDTH - PAD.right - left;
  const aslant = chart.type === "bar" && longest > room / Math.max(1, categories.length) - 4;
  if (aslant) left = Math.max(left, longest * ACROSS - room / categories.length / 2 + 8);
  const floor = PAD.top + PLOT;
  const below = aslant ? 26 + longest * DOWN : PAD.bottom;
  const height = floor + below + (axis.x_label ? 18 : 0);
  const slot = (WIDTH - left - PAD.right) / Math.max(1, categories.length);
  const x = (at) => left + slot * (at + 0.5);
  const y = (value) => floor - (PLOT * (value - bottom)) / (top - bottom);

  const picture = [
    ticks.map((tick) => [
      svg("line", { class: tick === 0 ? "axis" : "gridline", x1: left, x2: WIDTH - PAD.right, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "tick", x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, SHORT.format(tick)),
    ]),
    names(categories, { aslant, x, floor, slot }),
    axis.x_label ? svg("text", { class: "axis-name", x: (left + WIDTH) / 2, y: height - 6, "text-anchor": "middle" }, axis.x_label) : null,
    axis.y_label
      ? svg("text", { class: "axis-name", x: 0, y: 0, "text-anchor": "middle", transform: `translate(12 ${(PAD.top + floor) / 2}) rotate(-90)` }, axis.y_label)
      : null,
  ];
  const title = (s, at) => svg("title", {}, `${series[s].name}, ${categories[at]}: ${NUMBER.format(table[s][at])}`);
  table.forEach((values, s) => {
    const points = values.map((value, at) => [x(at), y(value), at]).filter(([, height]) => Number.isFinite(height));
    const path = points.map(([px, py], at) => `${at ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");
    if (chart.type === "bar") {
      const width = Math.min(46, (slot * 0.76) / series.length);
      for (const [px, py, at] of points) {
        if (!table[s][at]) continue;
        const from = px - (width * series.length) / 2 + width * s;
        const tall = Math.max(1, Math.abs(y(0) - py));
        const gap = width > 6 ? 1 : 0.25;
        picture.push(svg("rect", { class: `fill series-${s}`, x: from + gap, y: Math.min(py, y(0)), width: width - 2 * gap, height: tall, rx: Math.min(2, width / 4) }, title(s, at)));
      }
      return;
    }
    if (chart.type === "area" && points.length) {
      picture.push(svg("path", { class: `area series-${s}`, d: `${path}L${points.at(-1)[0]} ${y(0)}L${points[0][0]} ${y(0)}Z` }));
    }
    picture.push(svg("path", { class: `line series-${s}`, d: path }));
    for (const [px, py, at] of points) picture.push(svg("circle", { class: `fill series-${s}`, cx: px, cy: py, r: 3 }, title(s, at)));
  });
  const crossed = chart.type === "line" && table.length === 2 ? crossings(table) : [];
  const notes = crossed.map((point) => crossingText(point, categories, axis.y_label));
  // The texts of several crossings would overlap, so only screen readers get them.
  crossed.forEach(([at, value], index) => picture.push(crossingMark(x(at), y(value), notes.length === 1 ? notes[index] : "", { left, floor })));
  return {
    picture,
    notes,
    size: [WIDTH, Math.round(height)],
    names: series.map((item) => item.name),
    head: [axis.x_label ?? "", ...series.map((item) => item.name)],
    rows: categories.map((category, at) => [category, ...table.map((values) => (Number.isFinite(values[at]) ? NUMBER.format(values[at]) : "–"))]),
  };
}

function pie(chart) {
  const segments = (chart.segments ?? []).slice(0, 6);
  const total = segments.reduce((sum, segment) => sum + Number(segment.value), 0);
  const share = (segment) => `${((100 * Number(segment.value)) / total).toFixed(1)}%`;
  const radius = 96;
  const middle = 104;
  let angle = -Math.PI / 2;
  const picture = segments.map((segment, s) => {
    const part = Number(segment.value) / total;
    const name = svg("title", {}, `${segment.label}: ${NUMBER.format(segment.value)} (${share(segment)})`);
    if (part > 0.9999) return svg("circle", { class: `fill slice series-${s}`, cx: middle, cy: middle, r: radius }, name);
    const at = (turn) => `${(middle + radius * Math.cos(turn)).toFixed(2)} ${(middle + radius * Math.sin(turn)).toFixed(2)}`;
    const [from, to] = [angle, angle + part * 2 * Math.PI];
    angle = to;
    return svg("path", { class: `fill slice series-${s}`, d: `M${middle} ${middle}L${at(from)}A${radius} ${radius} 0 ${part > 0.5 ? 1 : 0} 1 ${at(to)}Z` }, name);
  });
  return {
    picture,
    size: [middle * 2, middle * 2],
    names: segments.map((segment) => `${segment.label} · ${share(segment)}`),
    head: ["Part", "Value", "Share"],
    rows: segments.map((segment) => [segment.label, NUMBER.format(segment.value), share(segment)]),
  };
}

export function chartBlock(block) {
  const chart = block.chart ?? {};
  const drawers = { pie, bar: xy, line: xy, area: xy };
  if (!drawers[chart.type]) return el("div", { class: "unknown" }, `This page can't draw a “${chart.type}” chart.`);
  const { picture, size, names, head, rows, notes = [] } = drawers[chart.type](chart);
  const spoken = [...notes, rows.map((row) => row.join(", ")).join("; ")].join(". ");
  return el(
    "figure",
    { class: `chart chart-${chart.type}` },
    el("figcaption", {}, block.title ?? "Chart"),
    el(
      "div",
      { class: "chart-body" },
      svg("svg", { viewBox: `0 0 ${size[0]} ${size[1]}`, role: "img", "aria-label": `${chart.type} chart. ${block.title ?? ""}. ${spoken}` }, picture),
      legend(names),
    ),
    el(
      "details",
      {},
      el("summary", {}, "Show the numbers"),
      grid({ head, rows, align: head.map((_, at) => (at ? "right" : "left")), wrapped: () => false, rowHeader: 0, label: `${block.title ?? "Chart"}: numbers` }),
    ),
  );
}
