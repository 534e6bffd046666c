import type { Table, TableAttempt, TableCtx } from "spillway";

const opus = "claude-opus-5-5";
const sonnet = "claude-sonnet-5-5";
const ladder = [opus, sonnet];
const lighten = { trim: { keepToolResults: 5 }, maxTokens: 1000 };

// One target of the request's dialect, or two of them.
const one: TableCtx = { targets: [{ name: "claude", dialect: "anthropic", models: { opus } }] };
const two: TableCtx = { targets: [...one.targets!, { name: "eu", dialect: "anthropic" }] };

// The same failure so many times.
const times = (n: number, attempt: TableAttempt): TableAttempt[] => Array(n).fill(attempt);

export default [
  // The first decision.

  {
    name: "a first try goes to the only target, in line if it must, and as it is",
    ctx: one,
    want: { send: "claude", queue: "10m", model: null, after: null, maxTokens: null, pause: null },
  },
  {
    name: "vars.queue bounds the line",
    ctx: { ...one, vars: { queue: "20s" } },
    want: { send: "claude", queue: "20s" },
  },
  {
    name: "nobody stands in line while there is a second target to go to",
    ctx: two,
    want: { send: "claude", queue: null },
  },
  {
    name: "targets of another dialect do not count",
    request: { api: "openai" },
    ctx: { targets: [...two.targets!, { name: "openai", dialect: "openai" }] },
    want: { send: "openai", queue: "10m" },
  },
  {
    name: "no target speaks the dialect",
    request: { api: "openai" },
    ctx: two,
    want: { fail: { status: 400, reason: "unfit", message: "no target speaks the openai dialect, and the policy overload does not translate; failover does" } },
  },

  // Elsewhere, at once.

  {
    name: "an overloaded target makes way for the next, without a wait and with the same model",
    attempts: [{ reason: "overloaded" }],
    ctx: two,
    want: { send: "eu", model: opus, after: null, queue: null, maxTokens: null, because: "claude: overloaded" },
  },
  {
    name: "so does a paused one",
    attempts: [{ reason: "paused" }],
    ctx: two,
    want: { send: "eu", after: null, queue: null },
  },
  {
    name: "so does one whose credential is spent",
    attempts: [{ reason: "spend_limit" }],
    ctx: two,
    want: { send: "eu", after: null },
  },
  {
    name: "a long rate limit is not waited for while another target can serve",
    attempts: [{ reason: "rate_limit", retryAfter: "5m" }],
    ctx: two,
    want: { send: "eu", after: null },
  },

  // The same target again, with respect.

  {
    name: "the only target is tried again within a second",
    attempts: times(1, { reason: "overloaded" }),
    ctx: one,
    want: { send: "claude", model: opus, after: { atLeast: 1, atMost: "1s" }, queue: "10m" },
  },
  {
    name: "then within two",
    attempts: times(2, { reason: "overloaded" }),
    ctx: one,
    want: { send: "claude", after: { atLeast: 1, atMost: "2s" } },
  },
  {
    name: "after the sixth try within half a minute and a bit",
    attempts: times(6, { reason: "server" }),
    ctx: one,
    want: { send: "claude", after: { atLeast: 1, atMost: "32s" } },
  },
  {
    name: "never before the target asked for it",
    attempts: [{ reason: "rate_limit", retryAfter: "90s" }],
    ctx: one,
    want: { send: "claude", after: "90s" },
  },
  {
    name: "what is left of a wait that another attempt took part of",
    attempts: [{ reason: "rate_limit", retryAfter: "90s", at: "2026-11-01T11:59:30Z" }, { target: "eu", reason: "auth" }],
    ctx: two,
    want: { send: "claude", after: "60s" },
  },
  {
    name: "a wait that is longer than the client's patience is not begun",
    attempts: [{ reason: "rate_limit", retryAfter: "90s" }],
    ctx: { ...one, timeLeft: "60s" },
    want: { fail: "last" },
  },
  {
    name: "half of the time left is the longest wait, so that the rest can hold an answer",
    attempts: times(7, { reason: "server" }),
    ctx: { ...one, timeLeft: "10s", stepsLeft: 2 },
    want: { send: "claude", after: { atMost: "5s" } },
  },
  {
    name: "the last send is kept for later: an outage takes minutes",
    attempts: times(7, { reason: "overloaded" }),
    ctx: { ...one, timeLeft: "8m" },
    want: { send: "claude", after: "4m" },
  },
  {
    name: "but not for a request that fails for other reasons",
    attempts: times(7, { reason: "server" }),
    ctx: { ...one, timeLeft: "8m" },
    want: { send: "claude", after: { atMost: "60s" } },
  },
  {
    name: "a timeout is tried once more",
    attempts: times(1, { reason: "timeout" }),
    ctx: one,
    want: { send: "claude", after: { atMost: "1s" } },
  },
  {
    name: "and not a third time",
    attempts: times(2, { reason: "timeout" }),
    ctx: one,
    want: { fail: "last" },
  },

  // Two targets that both fail.

  {
    name: "when both have failed the first is next, after a wait",
    attempts: [{ reason: "overloaded" }, { target: "eu" }],
    ctx: two,
    want: { send: "claude", after: { atLeast: 1, atMost: "2s" }, queue: "10m" },
  },
  {
    name: "then it is the second one's turn",
    attempts: [{ reason: "overloaded" }, { target: "eu" }, { reason: "overloaded" }],
    ctx: two,
    want: { send: "eu", after: { atLeast: 1, atMost: "4s" } },
  },
  {
    name: "of two paused ones it is the one that opens first",
    attempts: [{ reason: "paused" }, { target: "eu", reason: "paused" }],
    ctx: { ...two, health: { claude: { pausedFor: "2m" }, eu: { pausedFor: "10s" } } },
    want: { send: "eu", queue: "10m" },
  },
  {
    name: "neither opens in time",
    attempts: [{ reason: "paused" }, { target: "eu", reason: "paused" }],
    ctx: { ...two, timeLeft: "8s", health: { claude: { pausedFor: "2m" }, eu: { pausedFor: "10s" } } },
    want: { fail: "last" },
  },
  {
    name: "a target that refused the credential is not asked again",
    attempts: [{ reason: "overloaded" }, { target: "eu", reason: "auth" }, { reason: "overloaded" }],
    ctx: two,
    want: { send: "claude", after: { atMost: "4s" } },
  },
  {
    name: "a request that cannot leave its target waits for it",
    attempts: [{ reason: "overloaded" }, { target: "eu", reason: "unfit" }],
    ctx: two,
    want: { send: "claude", queue: "10m" },
  },

  // The end.

  {
    name: "a request that is wrong is wrong everywhere",
    attempts: [{ reason: "invalid" }],
    ctx: two,
    want: { fail: "last" },
  },
  {
    name: "a credential that no target takes",
    attempts: [{ reason: "auth" }, { target: "eu", reason: "auth" }],
    ctx: two,
    want: { fail: "last" },
  },
  {
    name: "the time in line is over",
    attempts: [{ reason: "queue_timeout" }],
    ctx: one,
    want: { fail: "last" },
  },
  {
    name: "the deadline is near",
    attempts: [{ reason: "overloaded" }, { reason: "deadline" }],
    ctx: one,
    want: { fail: "last" },
  },
  {
    name: "a full line, or a spent budget, may be better in a moment",
    attempts: [{ reason: "queue_full" }, { reason: "budget" }],
    ctx: one,
    want: { send: "claude", after: { atLeast: 1, atMost: "2s" }, queue: "10m" },
  },

  // Pauses.

  {
    name: "four overloads in a row are bad luck",
    attempts: [{ reason: "overloaded" }],
    ctx: { ...one, health: { "claude/opus": { overloads: 4 } } },
    want: { send: "claude", pause: null },
  },
  {
    name: "the fifth pauses the model, and its requests stand in line",
    attempts: [{ reason: "overloaded" }],
    ctx: { ...one, health: { "claude/opus": { overloads: 5 } } },
    want: { send: "claude", queue: "10m", pause: { target: "claude", model: opus, for: "5s" } },
  },
  {
    name: "or go elsewhere",
    attempts: [{ reason: "overloaded" }],
    ctx: { ...two, health: { "claude/opus": { overloads: 5 } } },
    want: { send: "eu", pause: { target: "claude", for: "5s" } },
  },
  {
    name: "the next pause is twice as long",
    attempts: [{ reason: "overloaded" }],
    ctx: { ...one, health: { claude: { overloads: 6, pauses: 2, pausedFor: "5s" } } },
    want: { pause: { for: "10s" } },
  },
  {
    name: "twenty seconds are the most",
    attempts: [{ reason: "overloaded" }],
    ctx: { ...one, health: { claude: { overloads: 20, pauses: 9 } } },
    want: { pause: { for: "20s" } },
  },
  {
    name: "rate limits pause nothing: they may be one caller's own",
    attempts: [{ reason: "rate_limit" }],
    ctx: { ...one, health: { claude: { overloads: 5 } } },
    want: { send: "claude", pause: null },
  },
  {
    name: "vars.pauseAfter and vars.pauseSeconds",
    attempts: [{ reason: "overloaded" }],
    ctx: { ...one, vars: { pauseAfter: 2, pauseSeconds: 10 }, health: { claude: { overloads: 2 } } },
    want: { pause: { for: "10s" } },
  },

  // vars.ladder: smaller models.

  {
    name: "a smaller model is not for the first overload",
    attempts: [{ reason: "overloaded" }],
    ctx: { ...one, vars: { ladder } },
    want: { send: "claude", model: opus, after: { atLeast: 1, atMost: "1s" } },
  },
  {
    name: "a model that is saturated after a wait steps down",
    attempts: times(2, { reason: "overloaded" }),
    ctx: { ...one, vars: { ladder } },
    want: { send: "claude", model: sonnet, after: { atMost: "2s" } },
  },
  {
    name: "behind a closed gate it steps down at once",
    attempts: [{ reason: "paused" }],
    ctx: { ...one, vars: { ladder }, health: { "claude/opus": { pausedFor: "30s" } } },
    want: { send: "claude", model: sonnet, after: null },
  },
  {
    name: "other targets come before the ladder",
    attempts: [{ reason: "paused" }],
    ctx: { ...two, vars: { ladder } },
    want: { send: "eu", model: opus, after: null },
  },
  {
    name: "and then the best of them is first",
    attempts: [{ reason: "paused" }, { target: "eu", reason: "paused" }],
    ctx: { ...two, vars: { ladder } },
    want: { send: "claude", model: sonnet, after: null },
  },
  {
    name: "nobody stands in line while there is a smaller model",
    ctx: { ...one, vars: { ladder } },
    want: { send: "claude", model: null, queue: null },
  },
  {
    name: "the lowest rung has nothing below it",
    request: { model: sonnet },
    attempts: times(3, { reason: "overloaded" }),
    ctx: { ...one, vars: { ladder } },
    want: { send: "claude", model: sonnet, after: { atMost: "4s" } },
  },
  {
    name: "a model that is not on the ladder stays what it is",
    request: { model: "claude-haiku-5-5" },
    attempts: times(3, { reason: "overloaded" }),
    ctx: { ...one, vars: { ladder } },
    want: { model: "claude-haiku-5-5" },
  },
  {
    name: "an error that is no saturation does not step down",
    attempts: times(3, { reason: "server" }),
    ctx: { ...one, vars: { ladder } },
    want: { model: opus, after: { atMost: "4s" } },
  },
  {
    name: "a client that forbids other models gets its own, each time after a wait",
    attempts: times(4, { reason: "overloaded" }),
    ctx: { ...one, vars: { ladder } },
    want: { send: "claude", model: sonnet, after: { atLeast: 1, atMost: "8s" } },
  },

  // vars.lighten: lighter requests.

  {
    name: "a lighter request is not for the first overload either",
    attempts: times(1, { reason: "overloaded" }),
    ctx: { ...one, vars: { lighten } },
    want: { send: "claude", trim: null, maxTokens: null },
  },
  {
    name: "after the first wait it is lighter, of the same model",
    attempts: times(2, { reason: "overloaded" }),
    ctx: { ...one, vars: { ladder, lighten } },
    want: { send: "claude", model: opus, trim: lighten.trim, maxTokens: 1000, after: { atMost: "2s" } },
  },
  {
    name: "only then a smaller model",
    attempts: times(3, { reason: "overloaded" }),
    ctx: { ...one, vars: { ladder, lighten } },
    want: { send: "claude", model: sonnet, trim: lighten.trim, maxTokens: 1000 },
  },
  {
    name: "a request that is bound to a server's state stays what it is",
    request: { movable: false },
    attempts: times(2, { reason: "overloaded" }),
    ctx: { ...one, vars: { lighten } },
    want: { send: "claude", trim: null, maxTokens: null },
  },
  {
    name: "with another key the target is asked again at once",
    attempts: [{ reason: "rate_limit", otherKey: true }],
    ctx: { targets: [{ name: "claude", dialect: "anthropic" }, { name: "eu", dialect: "anthropic" }] },
    want: { send: "claude", after: null, pause: null, because: "claude: rate_limit" },
  },
  {
    name: "and the last key's failure is the target's turn",
    attempts: [{ reason: "auth", otherKey: true }, { reason: "spend_limit" }],
    ctx: { targets: [{ name: "claude", dialect: "anthropic" }, { name: "eu", dialect: "anthropic" }] },
    want: { send: "eu", after: null },
  },
  {
    name: "in later rounds too another key waits for nothing",
    attempts: [{ reason: "overloaded" }, { reason: "rate_limit", otherKey: true }],
    ctx: { targets: [{ name: "claude", dialect: "anthropic" }] },
    want: { send: "claude", after: { atMost: 0 } },
  },

  // Storms.

  {
    name: "a model that loses two thirds of its capacity costs some requests the better model, and none their answer",
    storm: "brownout",
    expect: { success: ">= 99.9%", amplification: "<= 1.1", p95: "< 5s", otherModel: "< 40%" },
  },
  {
    name: "where nothing may change everyone waits instead, and nobody adds to the load",
    storm: "brownout",
    vars: {},
    expect: { success: ">= 99%", amplification: "<= 1.2", elsewhere: "== 0%" },
  },
] satisfies Table;
