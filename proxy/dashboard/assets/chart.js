// A chart of the last five minutes: stacked areas or lines over seconds, as SVG. Its numbers stand beside it as text.

import { h } from "./dom.js";
import { plural } from "./words.js";

const height = 100; // of the drawing's own coordinates, which the page stretches; its width is one unit per second

// chart draws one panel.
//   title, figure (the present value, as text), note
//   series: [{ name, color (a CSS class), values, show(value) → text }], stacked from the bottom if stacked is set
//   scale: what linear or logarithmic made
//   cursor: the second pointed at, or null; point(second or null) moves it
export function chart({ id, title, figure, note, series, stacked, scale, cursor, point }) {
  const length = series[0].values.length;
  const at = cursor === null ? null : Math.min(cursor, length - 1);
  const when = at === null ? "" : `${plural(length - 1 - at, "second")} ago`;
  return h("section", { key: id, class: "panel chart", "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, title),
    h("p", { class: "figure" }, figure),
    h("p", { class: "note" }, note),
    h("div", { class: "plot", tabindex: 0, role: "img", "aria-label": spoken(title, series, at, when), onpointermove: (e) => point(under(e, length)),
      onpointerleave: () => point(null), onblur: () => point(null), onkeydown: (e) => step(e, at, length, point) },
      scale.ticks.map((tick) => h("span", { class: "tick", style: { bottom: `${scale.y(tick.value) * 100}%` } }, tick.text)),
      h("svg", { viewBox: `0 0 ${length} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
        scale.ticks.map((tick) => h("line", { class: "grid", x1: 0, x2: length, y1: down(scale.y(tick.value)), y2: down(scale.y(tick.value)) })),
        stacked ? areas(series, scale) : series.map((s) => h("path", { class: `line ${s.color}`, d: line(s.values, scale) })),
        at !== null && h("line", { class: "cursor", x1: at + 0.5, x2: at + 0.5, y1: 0, y2: height }))),
    h("p", { class: "axis", "aria-hidden": "true" }, h("span", null, "5 min ago"), h("span", null, when || "now")),
    h("ul", { class: "legend", "aria-hidden": "true" }, series.map((s) => h("li", { class: s.color }, s.name, " ", h("b", null, s.show(s.values[at ?? length - 1]))))));
}

const spoken = (title, series, at, when) =>
  `${title}, ${when || "now"}: ${series.map((s) => `${s.name} ${s.show(s.values[at ?? s.values.length - 1])}`).join(", ")}. Arrow keys go back in time.`;

const under = (e, length) => {
  const box = e.currentTarget.getBoundingClientRect();
  return Math.max(0, Math.min(length - 1, Math.floor(((e.clientX - box.left) / box.width) * length)));
};

function step(e, at, length, point) {
  const by = { ArrowLeft: -5, ArrowRight: 5, Home: -length, End: length }[e.key];
  if (!by) return;
  e.preventDefault();
  point(Math.max(0, Math.min(length - 1, (at ?? length - 1) + by)));
}

const down = (share) => (height * (1 - share)).toFixed(1);

// areas are drawn from the top of the stack down, each over the whole height below it.
function areas(series, scale) {
  const tops = [];
  let below = series[0].values.map(() => 0);
  for (const s of series) {
    below = below.map((b, i) => b + s.values[i]);
    tops.unshift(h("path", { class: `area ${s.color}`, d: area(below, scale) }));
  }
  return tops;
}

// area has a step for each second, and only where something changes.
function area(values, scale) {
  let d = `M0,${height}`;
  let last = null;
  values.forEach((v, i) => {
    const y = down(scale.y(v));
    if (y !== last) d += `H${i}V${y}`;
    last = y;
  });
  return `${d}H${values.length}V${height}Z`;
}

// line has gaps where the value is 0, which is nothing.
function line(values, scale) {
  let d = "";
  values.forEach((v, i) => {
    if (v > 0) d += `${d && values[i - 1] > 0 ? "L" : "M"}${i + 0.5},${down(scale.y(v))}`;
  });
  return d;
}

// linear is a scale from 0 to a round number not below most.
export function linear(most, show) {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1e-9)));
  const top = power * [1, 2, 5, 10].find((m) => m * power >= most * 0.999);
  return { y: (v) => Math.min(1, v / top), ticks: [top / 2, top].map((value) => ({ value, text: show(value) })) };
}

// logarithmic is a scale between two powers of ten.
export function logarithmic(from, to, show) {
  const ticks = [];
  for (let v = from * 10; v < to; v *= 10) ticks.push({ value: v, text: show(v) });
  return { y: (v) => Math.max(0, Math.min(1, Math.log(v / from) / Math.log(to / from))), ticks };
}

// over is the mean of each value and those before it.
export function over(seconds, values) {
  let total = 0;
  return values.map((v, i) => {
    total += v - (i >= seconds ? values[i - seconds] : 0);
    return total / Math.min(i + 1, seconds);
  });
}
