// What is wrong, in a sentence that a person understands at three in the morning, and below it each cause.

import { isSpent } from "./clients.js";
import { h } from "./dom.js";
import { countdown, count, listed, percent, plural, sum } from "./words.js";

const recent = 30; // seconds that "now" means

// judge reads what /api/now said. Its headline holds no numbers, so that it is read out only when something changes.
export function judge(now) {
  const share = errors(now);
  const closed = now.targets.filter((t) => t.gates.length > 0 && t.gates.every((g) => !isOpen(g)));
  const troubled = now.targets.filter((t) => t.gates.some(isTroubled) || lostKeys(t).length > 0);
  const causes = [...lineCause(now), ...gateCauses(now), ...keyCauses(now), ...limitCauses(now), ...editCause(now), ...benchCauses(now), ...canaryCauses(now)];
  if (share > 0) causes.unshift({ tone: share >= 0.05 ? "bad" : "warn", text: `${percent(share)} of requests in the last ${recent} s ended in an error for the client`, href: "#requests" });
  return { ...headline(now, share, closed, troubled), causes };
}

function headline(now, share, closed, troubled) {
  const names = listed(troubled.map((t) => t.name));
  const used = now.targets.filter((t) => t.gates.length > 0);
  if (now.draining) return { tone: "warn", headline: "Spillway is stopping" };
  if (share >= 0.05) return { tone: "bad", headline: names ? `Clients get errors: ${names} in trouble` : "Clients get errors" };
  if (closed.length > 0 && closed.length === used.length) return { tone: "bad", headline: "Every target in use is closed; requests wait" };
  if (share > 0) return { tone: "warn", headline: names ? `A few requests fail: ${names} in trouble` : "A few requests fail" };
  if (lineFull(now)) return { tone: "bad", headline: "The line is nearly full: soon requests will be turned away" };
  if (waiting(now)) return { tone: "warn", headline: names ? `Clients wait in line: ${names} in trouble` : "Clients wait in line" };
  if (names) return { tone: "warn", headline: `Clients are served, though ${names} ${troubled.length > 1 ? "are" : "is"} in trouble` };
  if (now.policies.benched?.length) return { tone: "warn", headline: "Clients are served without a policy that had to be stopped too often" };
  if (now.policies.rejected) return { tone: "warn", headline: "Clients are served, but an edit was rejected" };
  if (canaryCauses(now).length > 0) return { tone: "warn", headline: "Clients are served, but a canary was rolled back" };
  if (sum(now.traffic.sends, recent) + now.open === 0) return { tone: "good", headline: "All is quiet" };
  return { tone: "good", headline: "All is well" };
}

function canaryCauses(now) {
  return (now.policies.candidates ?? []).filter((c) => c.rolledBack).map((c) =>
    ({ tone: "warn", text: `the canary ${c.candidate} of ${c.policy} was rolled back`, why: c.rolledBack.why, href: "#policies" }));
}

export const isOpen = (gate) => gate.state === "open" || gate.state === "releasing";

// isTroubled says whether a gate is closed, or its target fails more than a person would shrug at.
export const isTroubled = (gate) => !isOpen(gate) || gate.overloads >= 3 || gate.errorRate >= 0.1;

// errors is the share of recent requests that ended badly for their client, by no fault of its own.
function errors(now) {
  const { ok, failed, broken } = now.traffic.outcomes;
  const bad = sum(failed, recent) + sum(broken, recent);
  return bad === 0 ? 0 : bad / (bad + sum(ok, recent));
}

function gateCauses(now) {
  return now.targets.flatMap((t) => t.gates.filter(isTroubled).filter((g) => g.whole || !t.gates.some((w) => w.whole)).map((g) => {
    const name = g.whole || !g.model ? t.name : `${t.name} · ${g.model}`;
    return { tone: "warn", text: `${name} ${condition(g, now)}`, why: g.why, at: g.at, href: "#targets" };
  }));
}

// lostKeys are the keys that somebody has to see to. A rate limit passes by itself.
function lostKeys(target) {
  return (target.keys ?? []).flatMap((key) => (key.benches ?? []).filter((b) => b.reason !== "rate_limit").map((b) => ({ ...b, key: key.key })));
}

function keyCauses(now) {
  return now.targets.flatMap((t) => lostKeys(t).map((b) => (
    { tone: "warn", text: `${t.name}: the key ${b.key} is left alone for ${b.reason}${b.model ? ` of ${b.model}` : ""} ${lasting(b, now)}`, why: b.message, href: "#targets" })));
}

// lasting is how long a key is left alone.
export const lasting = (bench, now) => bench.until ? `for another ${countdown(bench.until, Date.parse(now.at))}` : "until the configuration changes";

// condition completes "the gate …".
function condition(gate, now) {
  if (gate.state === "paused" && gate.policy === "keys") return `is closed ${lasting(gate, now)}`;
  if (gate.state === "paused") return `is paused for another ${countdown(gate.until, Date.parse(now.at))}`;
  if (gate.state === "probing") return "waits for one request to go through before it opens";
  const failing = `fails ${percent(gate.errorRate)} of sends`;
  return gate.overloads >= 3 ? `${failing}, the last ${gate.overloads} in a row by overload` : failing;
}

// waiting says whether the line is longer than what two seconds bring to an end.
const waiting = (now) => now.line.requests > 2 * (sum(now.traffic.outcomes.ok, 10) / 10);

const lineFull = (now) => now.line.requests > 0 && now.line.requests >= now.line.limit * 0.8;

function lineCause(now) {
  if (now.line.requests === 0) return [];
  const full = lineFull(now);
  return [{ tone: full ? "bad" : "warn", text: `${plural(now.line.requests, "request")} in line${full ? `, of ${count(now.line.limit)} at most` : ""}`, href: "#targets" }];
}

function limitCauses(now) {
  return (now.clients ?? []).flatMap((c) => c.limits.filter(isSpent).map((l) => (
    { tone: "warn", text: `${c.name} has used ${percent(Math.min(l.used / l.most, 1))} of its ${l.measure} per ${l.period}`, href: "#clients" })));
}

function editCause(now) {
  const rejected = now.policies.rejected;
  if (!rejected) return [];
  const first = rejected.faults[0];
  return [{ tone: "warn", text: `an edit was rejected; revision ${now.policies.revision} serves on`, why: first?.message, at: first?.at, href: "#policies" }];
}

const benchCauses = (now) => (now.policies.benched ?? []).map((name) => (
  { tone: "warn", text: `policy ${name} had to be stopped too often and is not called: its onError decides`, href: "#policies" }));

export const symbols = { good: "✓", warn: "!", bad: "✕" };

export function verdictPanel(now, judged) {
  const facts = [["under way", now.open], ["at targets", sum(now.targets.flatMap((t) => t.gates.filter((g) => !g.whole).map((g) => g.inFlight)))], ["in line", now.line.requests]];
  return h("section", { key: "verdict", id: "verdict", class: `verdict ${judged.tone}`, "aria-labelledby": "headline", tabindex: -1 },
    h("div", { class: "mark", "aria-hidden": "true" }, symbols[judged.tone]),
    h("div", { class: "words" },
      h("h1", { id: "headline" }, judged.headline),
      h("ul", { class: "causes" }, judged.causes.map((c) => h("li", { class: c.tone },
        h("a", { href: c.href }, c.text), c.why && h("span", { class: "why" }, ` “${c.why}”`), c.at && h("code", null, ` ${c.at}`))))),
    h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", { key: name }, h("dt", null, name), h("dd", null, count(value))))));
}
