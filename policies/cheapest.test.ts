import type { Table, TableCtx } from "spillway";

const targets: NonNullable<TableCtx["targets"]> = [
  { name: "claude", dialect: "anthropic" },
  { name: "reseller", dialect: "anthropic", models: { "claude-opus-5-5": "opus" } },
  { name: "openai", dialect: "openai" },
];
const cost = { claude: 0.2, reseller: 0.1, "claude/claude-sonnet-5-5": 0.04, "reseller/claude-sonnet-5-5": 0.05 };
const alternatives = { "claude-opus-5-5": ["claude-sonnet-5-5"] };

export default [
  {
    name: "the cheapest target is asked first",
    ctx: { targets, cost },
    want: { send: "reseller", model: "claude-opus-5-5", after: null, because: "about $0.1" },
  },
  {
    name: "another model only where it is allowed",
    ctx: { targets, cost, vars: { alternatives } },
    want: { send: "claude", model: "claude-sonnet-5-5" },
  },
  {
    name: "and never for a request that is bound to a server",
    request: { movable: false },
    ctx: { targets, cost, vars: { alternatives } },
    want: { send: "reseller", model: "claude-opus-5-5" },
  },
  {
    name: "ten cents are not worth half a minute",
    ctx: { targets, cost, health: { reseller: { pausedFor: "30s" } } },
    want: { send: "claude" },
  },
  {
    name: "but worth nine seconds",
    ctx: { targets, cost, health: { reseller: { pausedFor: "9s" } } },
    want: { send: "reseller", queue: { atLeast: "9s" }, because: "about $0.1, in 9 s" },
  },
  {
    name: "unless time is worth more",
    ctx: { targets, cost, vars: { second: 0.1 }, health: { reseller: { pausedFor: "9s" } } },
    want: { send: "claude" },
  },
  {
    name: "or nothing at all",
    ctx: { targets, cost, vars: { second: 0 }, health: { reseller: { pausedFor: "5m" } } },
    want: { send: "reseller" },
  },
  {
    name: "what does not fit into the time left is no offer",
    ctx: { targets, cost, vars: { second: 0 }, timeLeft: "1m", health: { reseller: { pausedFor: "5m" } } },
    want: { send: "claude" },
  },
  {
    name: "an overload makes its route dearer, by its rest",
    attempts: [{ target: "reseller", model: "opus", reason: "overloaded", retryAfter: "20s" }],
    ctx: { targets, cost },
    want: { send: "claude", after: null, pause: null },
  },
  {
    name: "when all have failed the cheapest has its turn again, after a wait",
    attempts: [{ target: "reseller", model: "opus", reason: "overloaded" }, { target: "claude", reason: "overloaded" }],
    ctx: { targets, cost },
    want: { send: "reseller", after: { atLeast: 1, atMost: "1s" } },
  },
  {
    name: "a key without money is not worth another try",
    attempts: [{ target: "reseller", model: "opus", reason: "spend_limit" }],
    ctx: { targets, cost },
    want: { send: "claude" },
  },
  {
    name: "a price that nobody knows comes last",
    ctx: { targets, cost: { reseller: 9 } },
    want: { send: "reseller" },
  },
  {
    name: "but is better than nothing",
    ctx: { targets },
    want: { send: "claude", because: "its price is not known" },
  },
  {
    name: "more than the most is not spent",
    ctx: { targets, cost, vars: { most: 0.05 } },
    want: { fail: { status: 402, reason: "billing" } },
  },
  {
    name: "even when the cheaper ones have failed",
    attempts: [{ target: "reseller", model: "opus", reason: "auth" }],
    ctx: { targets, cost, vars: { most: 0.15 } },
    want: { fail: "last" },
  },
  {
    name: "the third overload in a row closes the gate for everyone",
    attempts: [{ target: "reseller", model: "opus", reason: "overloaded" }],
    ctx: { targets, cost, health: { reseller: { overloads: 3 } } },
    want: { send: "claude", pause: { target: "reseller", model: "opus", for: 45_000 } },
  },
  {
    name: "a request that is wrong is wrong everywhere",
    attempts: [{ reason: "invalid" }],
    ctx: { targets, cost },
    want: { fail: "last" },
  },
  {
    name: "no target speaks the dialect",
    request: { api: "openai" },
    ctx: { targets: targets.slice(0, 2) },
    want: { fail: { status: 400 } },
  },
  {
    name: "unless there is another key",
    attempts: [{ target: "reseller", model: "opus", reason: "spend_limit", otherKey: true }],
    ctx: { targets, cost },
    want: { send: "reseller", after: null },
  },
] satisfies Table;
