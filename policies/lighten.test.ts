import type { Table, TableAttempt, TableCtx } from "spillway";

const ctx: TableCtx = { targets: [{ name: "claude", dialect: "anthropic" }, { name: "eu", dialect: "anthropic" }] };
const overloaded = (n: number): TableAttempt[] => Array(n).fill({ reason: "overloaded" });
const results = { keepToolResults: 5, minTokens: 5000 };

export default [
  {
    name: "at first it goes as it is, in line if it must",
    ctx,
    want: { send: "claude", queue: "10m", trim: null, model: null },
  },
  {
    name: "after an overload it waits and comes back without old tool results",
    attempts: overloaded(1),
    ctx,
    want: { send: "claude", after: { atLeast: 1, atMost: "1s" }, trim: { ...results, to: null, dropThinking: null } },
  },
  {
    name: "then without old thinking and images",
    attempts: overloaded(2),
    ctx,
    want: { send: "claude", trim: { ...results, dropThinking: true, images: "drop old", to: null } },
  },
  {
    name: "at last with half of its history",
    request: { inputTokens: 100_001 },
    attempts: overloaded(3),
    ctx,
    want: { send: "claude", trim: { ...results, dropThinking: true, images: "drop old", to: 50_001 } },
  },
  {
    name: "vars say how much",
    request: { inputTokens: 100_000 },
    attempts: overloaded(4),
    ctx: { ...ctx, vars: { keepToolResults: 1, minTokens: 100, share: 0.8 } },
    want: { trim: { keepToolResults: 1, minTokens: 100, to: 80_000 } },
  },
  {
    name: "an error that is no saturation costs nothing but a wait",
    attempts: [{ reason: "server" }],
    ctx,
    want: { send: "claude", after: { atMost: "1s" }, trim: null },
  },
  {
    name: "a closed gate is saturation, and is waited for",
    attempts: [{ reason: "paused" }],
    ctx: { ...ctx, health: { claude: { pausedFor: "30s" } } },
    want: { send: "claude", after: "30s", trim: results },
  },
  {
    name: "a request that is bound to a server's state is not cut",
    request: { movable: false },
    attempts: overloaded(3),
    ctx,
    want: { send: "claude", trim: null },
  },
  {
    name: "there is no time to wait",
    attempts: [{ reason: "overloaded", retryAfter: "30s" }],
    ctx: { ...ctx, timeLeft: "20s" },
    want: { fail: "last" },
  },
  {
    name: "a request that is wrong stays wrong",
    attempts: [{ reason: "invalid" }],
    ctx,
    want: { fail: "last" },
  },
  {
    name: "no target speaks the dialect",
    request: { api: "openai" },
    ctx,
    want: { fail: { status: 400, reason: "unfit" } },
  },
  {
    name: "another key waits for nothing, and nothing is cut for it",
    attempts: [{ reason: "rate_limit", otherKey: true }],
    ctx,
    want: { send: "claude", after: { atMost: 0 }, trim: null },
  },
] satisfies Table;
