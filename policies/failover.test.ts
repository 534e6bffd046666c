import type { Table, TableCtx } from "spillway";

const targets: NonNullable<TableCtx["targets"]> = [
  { name: "claude", dialect: "anthropic" },
  { name: "openai", dialect: "openai" },
  { name: "local", dialect: "openai" },
];

const chain = [
  { target: "claude" },
  { target: "openai", model: "gpt-5.6" },
  { target: "local", model: "qwen3-coder-480b" },
];

export default [
  {
    name: "the first step serves while it can",
    ctx: { targets, vars: { chain } },
    want: { send: "claude", model: null, after: null, queue: null },
  },
  {
    name: "an overload moves on to the second, without waiting",
    attempts: [{ reason: "overloaded" }],
    ctx: { targets, vars: { chain } },
    want: { send: "openai", model: "gpt-5.6", after: null, pause: null, because: "claude: overloaded" },
  },
  {
    name: "so does a closed gate",
    attempts: [{ reason: "paused" }],
    ctx: { targets, vars: { chain } },
    want: { send: "openai" },
  },
  {
    name: "a step that cannot carry the request is passed over",
    attempts: [{ reason: "overloaded" }, { target: "openai", reason: "unfit" }],
    ctx: { targets, vars: { chain } },
    want: { send: "local", model: "qwen3-coder-480b" },
  },
  {
    name: "the chain is walked once",
    attempts: [{ reason: "overloaded" }, { target: "openai", reason: "unfit" }, { target: "local", reason: "connection" }],
    ctx: { targets, vars: { chain } },
    want: { fail: "last" },
  },
  {
    name: "a request that is wrong is wrong everywhere",
    attempts: [{ reason: "invalid" }],
    ctx: { targets, vars: { chain } },
    want: { fail: "last" },
  },
  {
    name: "the third overload in a row closes the gate for everyone",
    attempts: [{ reason: "overloaded" }],
    ctx: { targets, vars: { chain }, health: { claude: { overloads: 3 } } },
    want: { send: "openai", pause: { target: "claude", model: "claude-opus-5-5", for: "45s" } },
  },
  {
    name: "a rate limit closes nothing",
    attempts: [{ reason: "rate_limit" }],
    ctx: { targets, vars: { chain }, health: { claude: { overloads: 3 } } },
    want: { send: "openai", pause: null },
  },
  {
    name: "without a chain the targets of the dialect come first",
    ctx: { targets: [...targets].reverse() },
    want: { send: "claude", model: null },
  },
  {
    name: "and then those with an alias for the model",
    attempts: [{ reason: "overloaded" }],
    ctx: { targets: [targets[0], targets[1], { ...targets[2], models: { "claude-opus-5-5": "qwen3-coder-480b" } }] },
    want: { send: "local", model: null },
  },
  {
    name: "but none that would not know the model",
    attempts: [{ reason: "overloaded" }],
    ctx: { targets },
    want: { fail: "last" },
  },
  {
    name: "no target could serve it",
    request: { api: "openai" },
    ctx: { targets: targets.slice(0, 1) },
    want: { fail: { status: 400, reason: "unfit" } },
  },
  {
    name: "a step with another key has another turn",
    attempts: [{ reason: "overloaded" }, { target: "openai", reason: "spend_limit", otherKey: true }],
    ctx: { targets, vars: { chain } },
    want: { send: "openai", model: "gpt-5.6", because: "openai: spend_limit" },
  },
] satisfies Table;
