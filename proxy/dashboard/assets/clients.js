// Clients, what they have spent, and how near they are to their limits.

import { h } from "./dom.js";
import { clock, count, dollars, percent } from "./words.js";

const columns = ["Client", "Policy", "Today", "This month", "Limits", "Keys, last used"];

export function clientsPanel(clients) {
  return h("section", { key: "clients", id: "clients", class: "panel", "aria-labelledby": "clients-title" },
    h("h2", { id: "clients-title" }, "Clients"),
    h("table", null,
      h("thead", null, h("tr", null, columns.map((name) => h("th", { scope: "col" }, name)))),
      clients.map((client) => h("tbody", { key: client.name, class: client.limits.some(isSpent) ? "troubled" : "" }, row(client)))));
}

function row(client) {
  const cell = (column, ...content) => h("td", { "data-label": columns[column] }, content);
  return h("tr", null,
    h("th", { scope: "row" }, client.name, client.priority !== "normal" && h("span", { class: "quiet" }, ` ${client.priority} priority`)),
    cell(1, client.policy), cell(2, spent(client.spent?.day)), cell(3, spent(client.spent?.month)),
    cell(4, client.limits.length === 0 ? h("span", { class: "quiet" }, "none") : client.limits.map(limit)),
    cell(5, client.keys.map((k) => h("div", { key: k.fingerprint }, h("code", null, k.fingerprint), h("span", { class: "quiet" }, k.used ? ` ${clock(k.used)}` : " not yet")))));
}

// isSpent says whether a limit leaves next to nothing.
export const isSpent = (l) => l.used >= l.most * 0.95;

const spent = (s) => s && `${count(s.requests)} requests, ${count(s.tokens)} tokens, ${dollars(s.dollars)}`;

function limit(l) {
  const amount = (n) => (l.measure === "dollars" ? dollars(n) : count(n));
  const share = Math.min(l.used / l.most, 1);
  return h("div", { key: `${l.measure} ${l.period}`, class: "limit" },
    h("meter", { value: share, min: 0, max: 1, high: 0.8, optimum: 0, "aria-hidden": "true" }),
    ` ${amount(l.used)} of ${amount(l.most)} ${l.measure === "dollars" ? "" : `${l.measure} `}per ${l.period} (${percent(share)})`,
    l.refused > 0 && h("span", { class: "odd" }, ` ${count(l.refused)} refused`));
}
