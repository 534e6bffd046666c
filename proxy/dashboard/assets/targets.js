// Targets and their gates: which is closed, until when, why, and which line of a policy decided it.

import { h } from "./dom.js";
import { isOpen, isTroubled, lasting } from "./verdict.js";
import { countdown, count, duration, percent } from "./words.js";

const states = {
  open: ["●", "open"], releasing: ["◐", "opening gradually"], paused: ["❚❚", "paused"], probing: ["◌", "probing"],
};

export function targetsPanel(now, orders) {
  return h("section", { key: "targets", id: "targets", class: "panel", "aria-labelledby": "targets-title" },
    h("h2", { id: "targets-title" }, "Targets"),
    now.targets.map((target) => card(target, now, orders)));
}

function card(target, now, orders) {
  const whole = target.gates.find((g) => g.whole);
  return h("article", { key: target.name, class: "target", "aria-labelledby": `target-${target.name}` },
    h("header", null,
      h("h3", { id: `target-${target.name}` }, target.name),
      h("span", { class: "quiet" }, target.dialect), h("span", { class: "quiet url" }, target.url),
      !whole && h("button", { key: "pause", type: "button", onclick: () => orders.pause(target, "") }, "Pause…", h("span", { class: "unseen" }, ` ${target.name}`))),
    keys(target, now, orders),
    target.gates.length === 0 ? h("p", { class: "quiet" }, "Nothing was sent here yet.") : gates(target, whole, now, orders));
}

// keys are the target's own, by their fingerprints, where there is something to tell of them.
function keys(target, now, orders) {
  const all = target.keys ?? [];
  if (all.length < 2 && !all.some((key) => key.benches)) return null;
  return h("ul", { key: "keys", class: "keys" }, all.map((key) => h("li", { key: key.key, class: key.benches ? "troubled" : "" },
    h("code", null, key.key), ` ${count(key.inFlight)} at target, ${count(key.sends)} sent`,
    (key.benches ?? []).map((bench) => [" · ", h("b", null, `left alone for ${bench.reason}`), bench.model && ` of ${bench.model}`, ` ${lasting(bench, now)} `, bench.message && h("span", { class: "quiet" }, `“${bench.message}”`)]),
    key.benches && h("button", { key: "again", type: "button", class: "strong", onclick: () => orders.useAgain(target, key.key) }, "Use again", h("span", { class: "unseen" }, ` ${target.name} ${key.key}`)))));
}

const columns = ["Model", "State", "At target, of limit", "In line", "Failed, 60 s", "Median", "95 %", ""];

function gates(target, whole, now, orders) {
  return h("table", null,
    h("thead", null, h("tr", null, columns.map((name) => h("th", { scope: "col" }, name || h("span", { class: "unseen" }, "Orders"))))),
    target.gates.map((gate) => h("tbody", { key: `${gate.whole ? "whole" : "gate"} ${gate.model}`, class: isTroubled(gate) ? "troubled" : "" },
      row(target, gate, whole, now, orders), reason(gate))));
}

function row(target, gate, whole, now, orders) {
  const cell = (column, ...content) => h("td", { "data-label": columns[column] }, content);
  return h("tr", null,
    h("th", { scope: "row" }, gate.whole ? "whole target" : gate.model || "(no model)"),
    cell(1, state(gate, now)),
    gate.whole ? cell(2, count(gate.inFlight)) : cell(2, load(gate)),
    cell(3, count(gate.queued)),
    cell(4, gate.whole ? "" : percent(gate.errorRate), gate.mismatches > 0 && h("span", { class: "odd" }, ` ${count(gate.mismatches)} not as asked`)),
    cell(5, gate.p50 ? duration(gate.p50) : "–"), cell(6, gate.p95 ? duration(gate.p95) : "–"),
    cell(7, button(target, gate, whole, orders)));
}

function state(gate, now) {
  const [symbol, word] = states[gate.state] ?? ["?", gate.state];
  return h("span", { class: `state ${gate.state}` }, h("span", { "aria-hidden": "true" }, symbol), " ", word,
    gate.until && ` for ${countdown(gate.until, Date.parse(now.at))}`);
}

function load(gate) {
  const share = gate.limit > 0 ? Math.min(1, gate.inFlight / gate.limit) : 0;
  return [`${count(gate.inFlight)} of ${count(gate.limit)} `, h("span", { class: "meter", "aria-hidden": "true" }, h("span", { style: { width: `${share * 100}%` } }))];
}

function button(target, gate, whole, orders) {
  if (whole && !gate.whole) return null;
  const name = h("span", { class: "unseen" }, ` ${target.name} ${gate.model}`);
  if (gate.state === "paused") return h("button", { key: "resume", type: "button", class: "strong", onclick: () => orders.resume(target, gate.model) }, "Resume", name);
  return isOpen(gate) && h("button", { key: "pause", type: "button", onclick: () => orders.pause(target, gate.model) }, "Pause…", name);
}

// reason is a line of its own below a closed gate.
function reason(gate) {
  if (isOpen(gate)) return null;
  return h("tr", { key: "reason", class: "reason" }, h("td", { colspan: columns.length },
    gate.why ? `“${gate.why}” ` : "no reason was given ",
    h("span", { class: "quiet" }, gate.policy === "operator" ? "by an operator" : gate.policy !== "keys" && `by policy ${gate.policy}`), " ",
    gate.at && h("code", null, gate.at), " ",
    gate.pauses > 1 && `pause ${gate.pauses} in a row `,
    gate.request && h("a", { href: `#request/${gate.request}` }, "which request")));
}
