// The page: a card for each contender, and under it its plots. All plots of a row share their scale, and all of the page their cursor.

const result = JSON.parse(document.getElementById("result").textContent);
const contenders = result.contenders;
const stepMs = contenders[0].series.stepMs;
const length = Math.max(...contenders.map((c) => lasts(c.series)));

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const count = (n) => whole.format(n);
const percent = (n, of) => `${(Math.floor((1000 * n) / Math.max(1, of) + 1e-9) / 10).toFixed(n === of || n === 0 ? 0 : 1)} %`;
const perSecond = (n) => `${((1000 * n) / stepMs).toFixed((1000 * n) / stepMs < 10 ? 1 : 0)}/s`;
const time = (ms) => (ms === 0 ? "-" : ms < 1000 ? `${ms} ms` : ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${(ms / 60_000).toFixed(ms < 600_000 ? 1 : 0)} min`);
const sum = (values) => values.reduce((a, b) => a + b, 0);
const padded = (values) => [...values, ...Array(length).fill(0)].slice(0, length);

function clock(step) {
  const s = Math.round((step * stepMs) / 1000);
  const two = (n) => String(n).padStart(2, "0");
  return s >= 3600 || length * stepMs > 7_200_000 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)} h` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

// lasts is how many steps of a run have something to show.
function lasts(series) {
  const all = [...Object.values(series), ...series.targets.flatMap((t) => Object.values(t))].filter((v) => Array.isArray(v) && typeof v[0] === "number");
  return 1 + Math.max(...all.map((values) => values.findLastIndex((v) => v > 0)));
}

// axis marks round times, about five of them.
function axis() {
  const wide = (length * stepMs) / 5;
  const pace = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800].find((s) => s * 1000 >= wide) ?? 86400;
  const marks = [];
  for (let s = 0; (s * 1000) / stepMs < length * 0.93; s += pace) marks.push({ at: (s * 1000) / stepMs, text: clock((s * 1000) / stepMs) });
  return [...marks, { at: length, text: clock(length) }];
}

const shades = (target) => result.faults.filter((f) => !target || f.target === target).map((f) => [f.fromMs / stepMs, f.toMs / stepMs]);

const plots = [];
const point = (step) => plots.forEach((p) => p.pointAt(step));

// row is one kind of plot for every contender. of(contender) gives its series; most is the scale's highest value of all.
function row(title, note, { of, most, scale, ...rest }) {
  const all = contenders.map(of);
  const shared = scale(Math.max(1, ...all.map(most)));
  const columns = all.map((series, i) => {
    const p = plot({ label: contenders[i].contender, series, scale: shared, axis: axis(), clock, point, ...rest });
    plots.push(p);
    return p.element;
  });
  return h("section", { class: "plots" }, h("h2", null, title, h("small", null, note)), h("div", { class: "columns" }, columns));
}

const some = (series) => series.filter((s, i) => i === 0 || s.always || s.values.some((v) => v > 0));
const stackTop = (series) => Math.max(...series[0].values.map((_, i) => sum(series.filter((s) => !s.line).map((s) => s.values[i]))));
const highest = (series) => Math.max(...series.flatMap((s) => s.values));

const outcomes = [["served", "served"], ["elsewhere", "by another target or model"], ["gaveUp", "gave up waiting"], ["broken", "got half an answer"], ["failed", "got an error"]];

function outcomeSeries(c) {
  return some(outcomes.map(([key, name]) => ({ name, color: key, values: padded(c.series[key]), total: count(sum(c.series[key])) })));
}

function sendSeries(target) {
  return (c) => {
    const t = c.series.targets.find((each) => each.name === target);
    return some([["answered", "answered"], ["overloaded", "no capacity"], ["failed", "other failures"]].map(([key, name]) =>
      ({ name, color: key, values: padded(t[key]), total: count(sum(t[key])) })));
  };
}

function latencySeries(c) {
  return [
    { name: "p95", color: "p95", values: padded(c.series.p95Ms), total: time(c.firstToken.p95Ms) },
    { name: "p50", color: "p50", values: padded(c.series.p50Ms), total: time(c.firstToken.p50Ms) },
  ];
}

function waitingSeries(c) {
  return some([
    { name: "without a first token", color: "waiting", values: padded(c.series.waiting), total: `at most ${count(c.mostWaiting)}` },
    { name: "of them in line at a gate", color: "queue", line: true, values: padded(c.series.queue), total: `at most ${count(c.worstQueue)}` },
  ]);
}

// best is the index of the contender that answers the most; -1 when several are equal.
function best() {
  const shares = contenders.map((c) => c.served / Math.max(1, c.requests));
  const top = Math.max(...shares);
  return shares.filter((s) => s === top).length === 1 ? shares.indexOf(top) : -1;
}

function card(c, isBest) {
  const facts = [
    ["upstream per request", (c.sends / Math.max(1, c.requests)).toFixed(2)],
    ["first token, median", time(c.firstToken.p50Ms)],
    ["first token, p95", time(c.firstToken.p95Ms)],
    ["other target or model", percent(c.elsewhere, c.served)],
    ["cost", `$${c.dollars < 100 ? c.dollars.toFixed(2) : count(c.dollars)}`],
    ["longest queue", count(c.worstQueue)],
  ];
  const bar = outcomes.map(([key, name]) => [key, name, key === "served" ? c.served - c.elsewhere : c[key]]).filter(([, , n]) => n > 0);
  return h("section", { class: isBest ? "card best" : "card" },
    h("h2", null, c.contender), h("p", { class: "about" }, c.about),
    h("p", { class: "big" }, percent(c.served, c.requests), h("small", null, "answered")),
    h("p", { class: "ends" }, bar.map(([key, name, n]) => h("span", { class: key, title: `${count(n)} ${name}`, style: { flex: `${n} 1 0` } }))),
    h("dl", null, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))),
    c.clients.length > 1 && h("ul", { class: "clients" }, c.clients.map((k) =>
      h("li", null, h("b", null, k.name), h("span", null, percent(k.served, k.requests)), h("span", { class: "quiet" }, `p95 ${time(k.firstToken.p95Ms)}`)))));
}


// rates is for stacks of requests each second.
const rates = {
  stacked: true, most: stackTop, show: perSecond,
  scale(most) {
    const scale = linear((1000 * most) / stepMs, (v) => `${v}/s`);
    return { y: (v) => scale.y((1000 * v) / stepMs), ticks: scale.ticks.map((t) => ({ value: (t.value * stepMs) / 1000, text: t.text })) };
  },
};

const page = document.getElementById("plots");
page.style.setProperty("--columns", Math.min(4, contenders.length));
const winner = best();
page.append(
  h("div", { class: "columns cards" }, contenders.map((c, i) => card(c, i === winner))),
  row("What became of requests", "each second, by the moment at which they arrived", { ...rates, of: outcomeSeries, shades: shades() }),
  row("Time to the first token", "of the requests that arrived then and were served", {
    of: latencySeries, most: highest, scale: (most) => logarithmic(100, most, time), show: time, shades: shades() }),
  ...contenders[0].series.targets.map((t) => row(`Sent to ${t.name}`, "each second", { ...rates, of: sendSeries(t.name), shades: shades(t.name) })),
  row("Waiting", "at the worst moment of each step", { stacked: true, of: waitingSeries, most: stackTop, scale: (most) => linear(most, count), show: count, shades: shades() }),
);
