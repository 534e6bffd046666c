import type { Table } from "spillway";

const overloaded = { target: "claude", reason: "overloaded" as const };
const targets = [
  { name: "claude", dialect: "anthropic" as const },
  { name: "openai", dialect: "openai" as const },
  { name: "claude-eu", dialect: "anthropic" as const },
];

export default [
  {
    name: "at first it stands in line for as long as its client has time",
    ctx: { targets, timeLeft: 3_600_000 },
    want: { send: "claude", queue: 3_600_000, after: null, model: null },
  },
  {
    name: "an overload is waited out at the same target, within five seconds the first time",
    attempts: [overloaded],
    ctx: { targets, timeLeft: 3_600_000 },
    want: { send: "claude", after: { atLeast: 1, atMost: 5_000 }, model: null, pause: null, because: "claude: overloaded" },
  },
  {
    name: "the fifth wait may be longer than a minute",
    attempts: [overloaded, overloaded, overloaded, overloaded, overloaded],
    ctx: { targets, timeLeft: 3_600_000 },
    want: { send: "claude", after: { atLeast: 1, atMost: 80_000 } },
  },
  {
    name: "it stays away as long as the target asked for",
    attempts: [{ ...overloaded, reason: "rate_limit", retryAfter: 90_000 }],
    ctx: { targets, timeLeft: 3_600_000 },
    want: { send: "claude", after: { atLeast: 90_000 } },
  },
  {
    name: "three overloads in a row close the gate for a minute",
    attempts: [overloaded],
    ctx: { targets, timeLeft: 3_600_000, health: { "claude/claude-opus-5-5": { overloads: 3 } } },
    want: { send: "claude", pause: { target: "claude", model: "claude-opus-5-5", for: "60s" } },
  },
  {
    name: "a pause is sat out",
    attempts: [{ target: "claude", reason: "paused" }],
    ctx: { targets, timeLeft: 3_600_000, health: { "claude/claude-opus-5-5": { paused: true, pausedFor: 45_000 } } },
    want: { send: "claude", after: { atLeast: 45_000 } },
  },
  {
    name: "a target that turned it down for good makes way for the next of the dialect",
    attempts: [{ target: "claude", reason: "spend_limit", retry: "elsewhere" }],
    ctx: { targets, timeLeft: 3_600_000 },
    want: { send: "claude-eu", model: null },
  },
  {
    name: "when all have turned it down it fails",
    attempts: [
      { target: "claude", reason: "spend_limit", retry: "elsewhere" },
      { target: "claude-eu", reason: "auth", retry: "elsewhere" },
    ],
    ctx: { targets },
    want: { fail: "last" },
  },
  {
    name: "a request at fault fails at once",
    attempts: [{ target: "claude", reason: "invalid", retry: "never" }],
    ctx: { targets },
    want: { fail: "last" },
  },
  {
    name: "without time for the wait it fails",
    attempts: [{ ...overloaded, retryAfter: 60_000 }],
    ctx: { targets, timeLeft: 30_000 },
    want: { fail: "last" },
  },
  {
    name: "no target speaks the dialect",
    request: { api: "openai" },
    ctx: { targets: [targets[0]] },
    want: { fail: { status: 400, reason: "unfit" } },
  },
  {
    name: "another key waits for nothing",
    attempts: [{ reason: "rate_limit", otherKey: true }],
    ctx: { targets, timeLeft: 3_600_000 },
    want: { send: "claude", after: { atMost: 0 } },
  },
] satisfies Table;
