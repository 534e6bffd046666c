// The story of one request: each decision, what it saw, what it chose, why, and what came of it. What this page does not
// know of it is shown as it is.

import { h, put } from "./dom.js";
import { ask } from "./live.js";
import { fault } from "./policies.js";
import { clock, dollars, duration } from "./words.js";

const known = new Set(["id", "began", "api", "path", "model", "stream", "client", "policy", "outcome", "status", "target", "servedModel", "edits", "sends", "firstContent", "took", "usage", "estimated", "cost", "message", "mismatches", "steps"]);
const knownOfStep = new Set(["at", "line", "source", "recalled", "row", "chose", "because", "saw", "took", "outcome", "fault", "notes", "failed"]);

// explain opens the story in a dialog.
export async function explain(dialog, id) {
  const draw = (...content) => put(dialog, h("article", { key: id, class: "story" },
    h("header", null, h("h2", { id: "explain-title", tabindex: -1, autofocus: true }, "Request ", h("code", null, id)), h("button", { type: "button", onclick: () => dialog.close() }, "Close")), content));
  draw(h("p", { class: "quiet" }, "…"));
  if (!dialog.open) dialog.showModal();
  try {
    draw(story(await ask(`/api/requests/${encodeURIComponent(id)}`)));
  } catch (error) {
    draw(h("p", { class: "problem", role: "alert" }, error.message));
  }
}

function story(r) {
  return [
    h("p", { class: `outcome ${r.outcome}` }, ending(r)),
    r.message && h("p", null, r.message),
    (r.mismatches ?? []).map((odd) => h("p", { class: "note" }, `Not as asked: ${odd}`)),
    table([["model", r.model], ["client", r.client], ["path", `${r.path}${r.stream ? ", as a stream" : ""}`], ["began", clock(r.began)], ["policy", r.policy],
      ["edits", r.edits?.join(", ")], ["first content", r.firstContent && duration(r.firstContent)], ["took", r.took && duration(r.took)],
      ["tokens", r.usage && Object.entries(r.usage).filter(([, n]) => n > 0).map(([kind, n]) => `${n} ${kind}`).join(", ") + (r.estimated ? " (estimated)" : "")],
      ["cost", r.cost && dollars(r.cost.dollars) + cache(r.cost.cacheSaved)]]),
    h("ol", { class: "steps" }, (r.steps ?? []).map(step)),
    rest(r, known),
  ];
}

// cache is what it did to the cost.
function cache(saved) {
  if (!saved) return "";
  return saved > 0 ? `; the cache saved ${dollars(saved)}` : `; writing the cache cost ${dollars(-saved)} of it`;
}

function ending(r) {
  const sends = `${r.sends} send${r.sends === 1 ? "" : "s"}`;
  if (r.outcome === "running") return "still under way";
  return r.target ? `${r.outcome} ${r.status || ""} from ${r.target} · ${r.servedModel || r.model}, after ${sends}` : `${r.outcome} ${r.status || ""} after ${sends}`;
}

function step(s) {
  return h("li", null,
    h("p", { class: "what" }, h("time", null, `+${duration(s.at)}`), " ", h("b", null, chose(s.chose)), s.because && ` “${s.because}”`),
    h("p", { class: "quiet" }, s.line && h("code", null, s.line), s.recalled ? ` ${s.outcome}, as before for such requests` : ` ${s.outcome} in ${duration(s.took)}`),
    s.source && h("pre", { class: "fault" }, s.source),
    (s.notes ?? []).map((note) => h("p", { class: "note" }, note)),
    s.fault && fault(s.fault),
    (s.failed ?? []).map(attempt),
    s.saw && h("details", null, h("summary", null, "what the policy saw"), tree(s.saw)),
    s.row && h("button", { type: "button", onclick: (event) => copy(event.currentTarget, s.row) }, "Copy as a test row"),
    rest(s, knownOfStep));
}

// copy puts a text on the clipboard, and says on the button what came of it.
async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied; paste it into the table beside the policy";
  } catch {
    button.textContent = "The browser does not allow it; `spillway explain --row` prints it";
  }
}

// chose is the action in a line, what it does first: "send claude, after 2 s, queue 20 s".
function chose(action) {
  const order = ["send", "fail", "model", "after", "queue"];
  const rank = (name) => (order.indexOf(name) + order.length + 1) % (order.length + 1);
  const entries = Object.entries(action ?? {}).sort(([a], [b]) => rank(a) - rank(b));
  return entries.map(([name, value]) => `${name} ${worded(name, value)}`).join(", ") || "nothing valid";
}

const times = new Set(["after", "queue", "timeout", "for"]);

function worded(name, value) {
  if (Array.isArray(value)) return value.join(" ");
  if (value && typeof value === "object") return `(${Object.entries(value).map(([n, v]) => `${n} ${worded(n, v)}`).join(", ")})`;
  return times.has(name) && typeof value === "number" ? duration(value) : String(value);
}

function attempt(a) {
  return h("div", { class: "attempt" },
    h("p", null, h("span", { "aria-hidden": "true" }, "✕ "), h("b", null, `${a.target}: ${a.reason}`), a.status ? ` ${a.status}` : "", a.code && ` ${a.code}`, ` at +${duration(a.at)}, after ${duration(a.ms)}`, a.retryAfter ? `, asks to wait ${duration(a.retryAfter)}` : ""),
    a.message && h("p", { class: "quiet" }, a.message));
}

const table = (pairs) => h("dl", { class: "line" }, pairs.filter(([, value]) => value).map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));

// rest is what the API said beyond what is known here.
function rest(value, known) {
  const more = Object.fromEntries(Object.entries(value).filter(([name]) => !known.has(name)));
  return Object.keys(more).length > 0 && h("details", { open: true }, h("summary", null, "more"), tree(more));
}

// tree is any JSON as nested lists.
export function tree(value) {
  if (value === null || typeof value !== "object") return String(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return Array.isArray(value) ? "none" : "nothing";
  if (Array.isArray(value) && value.every((v) => v === null || typeof v !== "object")) return value.join(", ");
  return h("dl", { class: "tree" }, entries.map(([name, v]) => [h("dt", null, name), h("dd", null, tree(v))]));
}
