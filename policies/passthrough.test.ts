import type { Table, TableCtx } from "spillway";

const ctx: TableCtx = { targets: [{ name: "claude", dialect: "anthropic" }, { name: "openai", dialect: "openai" }] };

export default [
  {
    name: "a request goes to the target of its dialect, as it is",
    ctx,
    want: { send: "claude", model: null, after: null, queue: null, maxTokens: null },
  },
  {
    name: "the dialect decides, not the order",
    request: { api: "openai" },
    ctx,
    want: { send: "openai" },
  },
  {
    name: "what fails once has failed",
    attempts: [{ reason: "overloaded" }],
    ctx,
    want: { fail: "last" },
  },
  {
    name: "no target speaks the dialect",
    request: { api: "openai" },
    ctx: { targets: [{ name: "claude", dialect: "anthropic" }] },
    want: { fail: { status: 400, reason: "unfit" } },
  },
] satisfies Table;
