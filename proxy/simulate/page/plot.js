"use strict";
// A plot: stacked areas or lines over the steps of a run, as SVG in a frame of HTML text.

const SVG = "http://www.w3.org/2000/svg";
const high = 100; // of a drawing's own coordinates, which the page stretches; its width is one unit per step

// h makes an element. Text only ever becomes a text node.
function h(name, attributes, ...children) {
  const element = ["svg", "path", "rect", "line"].includes(name) ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key === "style") for (const [property, v] of Object.entries(value)) element.style.setProperty(property, v);
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const down = (share) => (high * (1 - share)).toFixed(2);

// area has a step for each value, and a corner only where something changes.
function area(values, scale) {
  let d = `M0,${high}`;
  let last = "";
  values.forEach((v, i) => {
    const y = down(scale.y(v));
    if (y !== last) d += `H${i}V${y}`;
    last = y;
  });
  return `${d}H${values.length}V${high}Z`;
}

// line has gaps where the value is 0, which is nothing.
function line(values, scale) {
  let d = "";
  values.forEach((v, i) => {
    if (v > 0) d += `${i > 0 && values[i - 1] > 0 ? "L" : "M"}${i + 0.5},${down(scale.y(v))}`;
  });
  return d;
}

// linear is a scale from 0 to a round number not below most.
function linear(most, show) {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  const top = power * [1, 2, 3, 5, 10].find((m) => m * power >= most);
  return { y: (v) => Math.min(1, v / top), ticks: [top / 2, top].map((value) => ({ value, text: show(value) })) };
}

// logarithmic is a scale from a power of ten to another that is not below most.
function logarithmic(from, most, show) {
  const to = Math.max(from * 100, 10 ** Math.ceil(Math.log10(Math.max(most, from))));
  const ticks = [];
  for (let v = from * 10; v <= to; v *= 10) ticks.push({ value: v, text: show(v) });
  return { y: (v) => Math.max(0, Math.min(1, Math.log(Math.max(v, from) / from) / Math.log(to / from))), ticks };
}

// plot draws one.
//   label, series: [{ name, color, values, total }] (stacked from the bottom if stacked is set; line draws one over them)
//   shades: [[from, to]] in steps, axis: [{ at, text }], clock(step) → text, show(value) → text
//   point(step or null) is called when a person points at a step
// It returns { element, pointAt(step or null) }.
function plot({ label, series, stacked, scale, shades, axis, clock, show, point }) {
  const length = series[0].values.length;
  const cursor = h("line", { class: "cursor", y1: 0, y2: high, visibility: "hidden" });
  const areas = series.filter((s) => stacked && !s.line);
  const tops = [];
  let below = series[0].values.map(() => 0);
  for (const s of areas) {
    below = below.map((b, i) => b + s.values[i]);
    tops.unshift(h("path", { class: `area ${s.color}`, d: area(below, scale) }));
  }
  const drawing = h("svg", { viewBox: `0 0 ${length} ${high}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    shades.map(([from, to]) => h("rect", { class: "shade", x: from, width: Math.max(0.4, to - from), y: 0, height: high })), tops, series.filter((s) => !areas.includes(s)).map((s) => h("path", { class: `line ${s.color}`, d: line(s.values, scale) })),
    scale.ticks.map((t) => h("line", { class: "grid", x1: 0, x2: length, y1: down(scale.y(t.value)), y2: down(scale.y(t.value)) })), cursor);
  const now = h("span", { class: "now", hidden: "" });
  const figures = series.map(() => h("b"));
  const legend = h("ul", { class: "legend" }, series.map((s, i) => h("li", { class: s.color }, s.name, " ", figures[i])));
  const frame = h("div", { class: "plot", tabindex: 0, role: "img", "aria-label": `${label}: ${series.map((s) => `${s.name} ${s.total}`).join(", ")}`,
    onpointermove: (e) => point(under(e, length)), onpointerleave: () => point(null), onblur: () => point(null),
    onkeydown: (e) => key(e, length, point) },
  drawing, shades.map(([from, to]) => h("i", { class: "fault", style: { left: `${(100 * from) / length}%`, width: `${(100 * Math.min(to, length) - 100 * from) / length}%` } })),
  scale.ticks.map((t) => h("span", { class: "tick", style: { bottom: `${100 * scale.y(t.value)}%` } }, t.text)));
  let at = null;
  function pointAt(step) {
    at = step;
    const shown = step !== null && step < length;
    figures.forEach((figure, i) => { figure.textContent = shown ? show(series[i].values[step]) : series[i].total; });
    cursor.setAttribute("visibility", shown ? "visible" : "hidden");
    now.hidden = !shown;
    if (!shown) return;
    cursor.setAttribute("x1", step + 0.5);
    cursor.setAttribute("x2", step + 0.5);
    now.textContent = clock(step);
    now.style.left = `${(100 * (step + 0.5)) / length}%`;
  }
  const key = (e, n, move) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -n, End: n }[e.key];
    if (!by) return;
    e.preventDefault();
    move(Math.max(0, Math.min(n - 1, (at ?? (by > 0 ? -1 : n)) + by)));
  };
  pointAt(null);
  const marks = h("p", { class: "axis", "aria-hidden": "true" },
    axis.map((mark) => h("span", { style: { left: `${(100 * mark.at) / length}%` } }, mark.text)), now);
  return { element: h("div", null, h("h3", null, label), frame, marks, legend), pointAt };
}

function under(e, length) {
  const box = e.currentTarget.getBoundingClientRect();
  return Math.max(0, Math.min(length - 1, Math.floor(((e.clientX - box.left) / box.width) * length)));
}
