// The latest requests.

import { h } from "./dom.js";
import { clock, duration } from "./words.js";

const marks = { ok: "✓", failed: "✕", broken: "≠", gone: "↩", running: "…" };
const columns = ["Time", "Outcome", "Model", "Answered by", "Sends", "First content", "Took", "Request"];

// requestsPanel shows a list; view has { only: "all" or "trouble", held }, and change, hold and find answer the person.
export function requestsPanel(requests, view, { change, hold, find, open }) {
  return h("section", { key: "requests", id: "requests", class: "panel", "aria-labelledby": "requests-title" },
    h("header", null,
      h("h2", { id: "requests-title" }, "Latest requests"),
      h("span", { class: "quiet held" }, view.held ? "held still while you look" : ""),
      h("fieldset", { class: "choice" }, h("legend", { class: "unseen" }, "Which requests"), choice("trouble", "Worth a look", view, change), choice("all", "All", view, change)),
      h("form", { class: "find", role: "search", onsubmit: (e) => { e.preventDefault(); find(e.currentTarget.elements.id.value.trim()); } },
        h("input", { name: "id", "aria-label": "Request by its x-spillway-id", placeholder: "x-spillway-id", autocomplete: "off", spellcheck: "false" }), h("button", null, "Explain"))),
    requests.length === 0 ? h("p", { key: "none", class: "quiet" }, empty(view))
      : h("table", { key: "list", onpointerenter: () => hold(true), onpointerleave: () => hold(false) },
        h("thead", null, h("tr", null, columns.map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", null, requests.map((r) => row(r, open, hold)))));
}

const empty = (view) => (view.only === "all" ? "No request came yet. Point ANTHROPIC_BASE_URL or OPENAI_BASE_URL at Spillway." : "None of the latest requests failed or needed a second send.");

function choice(value, name, view, change) {
  return h("label", null, h("input", { type: "radio", name: "only", value, checked: view.only === value, onchange: () => change(value) }), name);
}

function row(r, open, hold) {
  const cell = (column, ...content) => h("td", { "data-label": columns[column] }, content);
  return h("tr", { key: r.id, class: r.outcome, onclick: () => open(r.id) },
    cell(0, clock(r.began)),
    cell(1, h("span", { class: `outcome ${r.outcome}` }, h("span", { "aria-hidden": "true" }, `${marks[r.outcome] ?? "?"} `), r.outcome, r.status && r.status !== 200 ? ` ${r.status}` : "")),
    cell(2, r.model), cell(3, answerer(r)),
    cell(4, r.outcome === "running" ? "" : String(r.sends), r.tried && h("span", { class: "quiet tried", title: r.tried }, ` after ${short(r.tried)}`)),
    cell(5, r.firstContent ? duration(r.firstContent) : "–"), cell(6, r.took ? duration(r.took) : "–"),
    cell(7, h("a", { href: `#request/${r.id}`, onfocus: () => hold(true), onblur: () => hold(false) }, r.id)));
}

function answerer(r) {
  if (!r.target) return h("span", { class: "quiet" }, r.outcome === "running" ? "" : "none");
  return r.servedModel && r.servedModel !== r.model ? `${r.target} · ${r.servedModel}` : r.target;
}

// short is "3 × overloaded, paused" for "claude:overloaded claude:overloaded claude:overloaded claude:paused".
function short(tried) {
  const counts = new Map();
  for (const word of tried.split(" ")) {
    const reason = word.slice(word.indexOf(":") + 1);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, n]) => (n > 1 ? `${n} × ${reason}` : reason)).join(", ");
}
