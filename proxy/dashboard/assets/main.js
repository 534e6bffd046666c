// The page, as a function of what the API said last and of what the person chose.

import { clientsPanel } from "./clients.js";
import { h, put } from "./dom.js";
import { explain } from "./explain.js";
import { Live, useToken } from "./live.js";
import { makeOrders } from "./order.js";
import { policiesPanel } from "./policies.js";
import { requestsPanel } from "./requests.js";
import { targetsPanel } from "./targets.js";
import { trafficPanels } from "./traffic.js";
import { judge, symbols, verdictPanel } from "./verdict.js";
import { clock } from "./words.js";

const element = (id) => document.getElementById(id);
const themes = ["auto", "light", "dark"];

// What the person chose, and what was heard last.
const view = { only: localStorage.getItem("only") ?? "all", theme: localStorage.getItem("theme") ?? "auto", cursor: null, held: false, notice: "" };
let now = null;
let heard = 0; // when
let missed = null; // why the last question went unanswered
let shown = []; // the requests in the list, which stay while it is held

let drawing = 0;

// draw draws at the next frame, however often it is asked to before.
function draw() {
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    paint();
  });
}

function paint() {
  document.documentElement.dataset.theme = view.theme;
  put(element("head"), head());
  if (missed?.status === 401) return put(element("page"), gatekeeper());
  if (!now) return missed && put(element("page"), h("p", { class: "problem" }, `Spillway does not answer: ${missed.message}`));
  const judged = missed ? silence() : judge(now);
  say(judged.headline);
  document.title = `${symbols[judged.tone]} ${judged.headline} – Spillway`;
  put(element("page"),
    verdictPanel(now, judged),
    trafficPanels(now.traffic, view.cursor, (second) => change({ cursor: second })),
    targetsPanel(now, orders),
    now.clients.length > 0 && clientsPanel(now.clients),
    policiesPanel(now.policies),
    requestsPanel(shown, view, { change: choose, hold: (held) => held !== view.held && change({ held }), find: open, open }));
}

function head() {
  return [
    h("span", { class: "brand" }, "Spillway"),
    h("span", { class: missed ? "live lost" : "live" }, missed ? "not live" : now ? `live, ${clock(now.at)}` : "…"),
    now && h("span", { class: "quiet" }, "revision ", h("code", null, now.policies.revision)),
    h("span", { class: "notice", role: "status" }, view.notice),
    h("label", { class: "theme" }, h("span", { class: "unseen" }, "Colours"),
      h("select", { onchange: (e) => remember("theme", e.currentTarget.value) }, themes.map((name) => h("option", { value: name, selected: name === view.theme }, name)))),
  ];
}

// silence is the verdict when Spillway itself does not answer; below it stands what was heard last.
const silence = () => ({ tone: "bad", headline: "Spillway does not answer", causes: [{ tone: "bad", text: `what is below is from ${clock(heard)}: ${missed.message}`, href: "#targets" }] });

// gatekeeper asks for the token that the admin API wants from elsewhere than this machine.
function gatekeeper() {
  const submit = (e) => { e.preventDefault(); useToken(e.currentTarget.elements.token.value); live.now(); };
  return h("form", { key: "token", class: "panel token", onsubmit: submit },
    h("label", null, "This Spillway asks for its admin token", h("input", { name: "token", type: "password", autocomplete: "off" })), h("button", { class: "strong" }, "Open"));
}

// say tells a screen reader, once.
function say(text) {
  if (element("said").textContent !== text) element("said").textContent = text;
}

function change(what) {
  Object.assign(view, what);
  if (!view.held && now) shown = now.requests;
  draw();
}

function remember(name, value) {
  localStorage.setItem(name, value);
  change({ [name]: value });
}

function choose(only) {
  remember("only", only);
  view.held = false;
  live.now();
}

function open(id) {
  if (id) location.hash = `request/${id}`;
}

// follow shows what the address names: #request/ID.
function follow() {
  const [, id] = location.hash.match(/^#request\/(.+)$/) ?? [];
  if (id) explain(element("explain"), decodeURIComponent(id));
}

const live = new Live(() => `/api/now?limit=25&only=${encodeURIComponent(view.only)}`, (value) => {
  now = value;
  heard = Date.now();
  missed = null;
  change({});
}, (error) => {
  missed = error;
  draw();
});

const orders = makeOrders(element("order"), (notice) => change({ notice }), () => live.now());

element("explain").addEventListener("close", () => history.replaceState(null, "", location.pathname));
window.addEventListener("hashchange", follow);
draw();
live.now();
follow();
