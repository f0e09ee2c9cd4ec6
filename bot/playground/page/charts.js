// data_visualization blocks: plain SVG, a legend, and the numbers as a table for who cannot see the picture.

import { el, svg } from "./dom.js";
import { grid } from "./tables.js";

const WIDTH = 540;
const HEIGHT = 250;
const PAD = { top: 12, right: 12, bottom: 34, left: 58 };
const NUMBER = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });
const SHORT = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

/** Round steps that cover the values, about five of them, always with zero. */
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

function xy(chart) {
  const series = (chart.series ?? []).slice(0, 6);
  const axis = chart.axis_config ?? {};
  const categories = axis.categories ?? series[0]?.data?.map((point) => point.label) ?? [];
  const table = series.map((item) => categories.map((category, at) => valueAt(item, category, at)));
  const { bottom, top, ticks } = scale(table.flat().filter(Number.isFinite));
  const left = PAD.left + (axis.y_label ? 16 : 0);
  const floor = HEIGHT - PAD.bottom - (axis.x_label ? 18 : 0);
  const slot = (WIDTH - left - PAD.right) / Math.max(1, categories.length);
  const x = (at) => left + slot * (at + 0.5);
  const y = (value) => PAD.top + (floor - PAD.top) * (1 - (value - bottom) / (top - bottom));
  const every = Math.ceil(categories.reduce((most, text) => Math.max(most, String(text).length), 1) * 7 / slot);

  const picture = [
    ticks.map((tick) => [
      svg("line", { class: tick === 0 ? "axis" : "gridline", x1: left, x2: WIDTH - PAD.right, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "tick", x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, SHORT.format(tick)),
    ]),
    categories.map((category, at) =>
      at % every === 0 ? svg("text", { class: "tick", x: x(at), y: floor + 18, "text-anchor": "middle" }, category) : null,
    ),
    axis.x_label ? svg("text", { class: "axis-name", x: (left + WIDTH) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, axis.x_label) : null,
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
        const from = px - (width * series.length) / 2 + width * s;
        const height = Math.max(1, Math.abs(y(0) - py));
        picture.push(svg("rect", { class: `fill series-${s}`, x: from + 1, y: Math.min(py, y(0)), width: Math.max(1, width - 2), height, rx: 2 }, title(s, at)));
      }
      return;
    }
    if (chart.type === "area" && points.length) {
      picture.push(svg("path", { class: `area series-${s}`, d: `${path}L${points.at(-1)[0]} ${y(0)}L${points[0][0]} ${y(0)}Z` }));
    }
    picture.push(svg("path", { class: `line series-${s}`, d: path }));
    for (const [px, py, at] of points) picture.push(svg("circle", { class: `fill series-${s}`, cx: px, cy: py, r: 3 }, title(s, at)));
  });
  return {
    picture,
    size: [WIDTH, HEIGHT],
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
  if (!drawers[chart.type]) return el("div", { class: "unknown" }, `This page cannot draw a “${chart.type}” chart.`);
  const { picture, size, names, head, rows } = drawers[chart.type](chart);
  const spoken = rows.map((row) => row.join(", ")).join("; ");
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
