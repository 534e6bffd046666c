// The table beside mine.ts: each row says what decide is given, and what must come back. What a row leaves out is a small
// streaming request with no attempts, in a world at rest; of `want` only what it says counts. `spillway test` runs the table,
// and so does every reload: an edit that breaks a row does not serve.

import type { Table, TableCtx } from "spillway";

// Rows bring targets of their own, so that they hold whatever spillway.yaml says.
const one: TableCtx = { targets: [{ name: "claude" }] };
const two: TableCtx = { targets: [{ name: "claude" }, { name: "eu" }] };

export default [
  {
    name: "a first try goes to the first target, in line if it must",
    ctx: one,
    want: { send: "claude", queue: "20s", after: null },
  },
  {
    name: "vars.patience bounds the line",
    ctx: { ...one, vars: { patience: "5s" } },
    want: { queue: "5s" },
  },
  {
    name: "an overload moves to the second target, within a second",
    ctx: two,
    attempts: [{ reason: "overloaded" }],
    want: { send: "eu", after: { atLeast: 1, atMost: "1s" }, pause: null },
  },
  {
    name: "with one target it is tried again",
    ctx: one,
    attempts: [{ reason: "overloaded" }],
    want: { send: "claude", because: "claude: overloaded" },
  },
  {
    name: "the fifth overload in a row pauses the target",
    ctx: { ...two, health: { claude: { overloads: 5 } } },
    attempts: [{ reason: "overloaded" }],
    want: { send: "eu", pause: { target: "claude", for: "30s" } },
  },
  {
    name: "a request that is wrong is wrong everywhere",
    ctx: two,
    attempts: [{ reason: "invalid" }],
    want: { fail: "last" },
  },
  {
    name: "a credential that the only target refuses",
    ctx: one,
    attempts: [{ reason: "auth" }],
    want: { fail: "last" },
  },
  {
    name: "no target speaks the dialect",
    request: { api: "openai" },
    ctx: one,
    want: { fail: { status: 400 } },
  },
] satisfies Table;
