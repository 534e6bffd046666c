// The last five minutes, in four charts.

import { h } from "./dom.js";
import { chart, linear, logarithmic, over } from "./chart.js";
import { count, dollars, duration, percent, rate, sum } from "./words.js";

const smooth = 5; // seconds that a rate is taken over
const minute = 60;

const outcomes = [["ok", "ok"], ["gone", "hung up"], ["refused", "refused"], ["broken", "broken off"], ["failed", "failed"]];

export function trafficPanels(traffic, cursor, point) {
  const t = whole(traffic);
  const common = { cursor, point };
  return h("div", { key: "traffic", class: "charts" },
    requests(t, common), overloads(t, common), latency(t, common), cost(t, common));
}

// whole leaves out the second that is still under way: it would always look like a drop.
function whole(traffic) {
  const cut = (value) => (Array.isArray(value) ? value.slice(0, -1) : value);
  const t = Object.fromEntries(Object.entries({ ...traffic, ...traffic.outcomes }).map(([name, value]) => [name, cut(value)]));
  delete t.outcomes;
  return t;
}

function requests(t, common) {
  const series = outcomes.map(([key, name]) => ({ name, color: key, values: over(smooth, t[key]), show: rate }));
  const all = series[0].values.map((_, i) => series.reduce((total, s) => total + s.values[i], 0));
  return chart({ ...common, id: "requests-rate", title: "Requests per second", figure: rate(all.at(-1)), note: "in the last seconds", series, stacked: true, scale: linear(Math.max(1, ...all), rate) });
}

function overloads(t, common) {
  const sends = over(smooth, t.sends);
  const share = over(smooth, t.overloads).map((n, i) => (sends[i] > 0.001 ? Math.min(1, n / sends[i]) : 0));
  const last = sum(t.sends, minute);
  const series = [{ name: "overloaded", color: "overload", values: share, show: percent }];
  return chart({ ...common, id: "overloads", title: "Sends that met 529", figure: percent(share.at(-1)), note: `${count(sum(t.overloads, minute))} of ${count(last)} in the last minute`, series, stacked: true, scale: linear(1, percent) });
}

function latency(t, common) {
  const show = (ms) => (ms > 0 ? duration(ms) : "–");
  const series = [{ name: "median", color: "p50", values: t.p50, show }, { name: "95th percentile", color: "p95", values: t.p95, show }];
  return chart({ ...common, id: "latency", title: "Time to first content", figure: show(t.p50.at(-1)), note: t.p95.at(-1) > 0 ? `one in 20 waits over ${show(t.p95.at(-1))}` : "nothing in the last seconds", series, scale: logarithmic(10, 100_000, duration) });
}

function cost(t, common) {
  const priced = sum(t.dollars) > 0;
  const [values, show] = priced ? [t.dollars, dollars] : [t.tokens, count];
  const perMinute = over(smooth, values).map((v) => v * minute);
  const series = [{ name: priced ? "a minute" : "tokens a minute", color: "cost", values: perMinute, show }];
  const figure = priced ? dollars(sum(values, minute)) : count(sum(values, minute));
  return chart({ ...common, id: "cost", title: priced ? "Cost" : "Tokens", figure, note: priced ? "in the last minute" : "in the last minute; no price is known", series, stacked: true, scale: linear(Math.max(priced ? 0.0001 : 10, ...perMinute), show) });
}
