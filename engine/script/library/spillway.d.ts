// The types of Spillway's policies. `spillway types > spillway.d.ts` writes this file for your editor.

declare module "spillway" {
  /** A policy: the default export of a file. It may also export the function alone, as `decide` or as the default. */
  export interface Policy {
    /**
     * Says what to do with a request: first when it comes in, then again after every attempt that failed.
     * It must be a pure function of its arguments. It cannot wait, and has 20 ms and 128 MB. For a request without attempts it is not even
     * called when it has decided before about one that looked the same to it: that had the same values in all that it read.
     *
     * @param attempts what has been tried for this request, oldest first; empty on the first call
     */
    decide(request: Request, attempts: readonly Attempt[], ctx: Ctx): Action;
    /**
     * What happens when `decide` throws, takes too long or returns no valid action: one attempt at the first fitting
     * target (the default), or a failure.
     */
    onError?: "passthrough" | "deny";
  }

  /** What the client asked for. Read-only; what is not read costs nothing. Everything read is recorded in the decision. */
  export interface Request {
    /** Names the request in logs, in the header `x-spillway-id` and in the admin API. */
    readonly id: string;
    /** The dialect that the client speaks. */
    readonly api: API;
    /** The URL path, without the query. */
    readonly path: string;
    /** The model that the client asked for, before any alias. */
    readonly model: string;
    /** The length of the answer that the client allows, in tokens; 0 when the request sets none. */
    readonly maxTokens: number;
    /** Whether the client wants server-sent events. */
    readonly stream: boolean;
    /** An estimate of what a target will count as input, in tokens. */
    readonly inputTokens: number;
    /** The length of the body. */
    readonly bytes: number;
    /** How many messages the conversation has. */
    readonly messages: number;
    /** How many tool results are in it. */
    readonly toolResults: number;
    /** The estimated share of `inputTokens` that is in tool results. */
    readonly toolResultTokens: number;
    /** How many tools the request declares. */
    readonly tools: number;
    /** Whether the request asks for extended thinking or reasoning. */
    readonly thinking: boolean;
    /** False when the request is bound to state on a server, so that it can neither be edited nor sent elsewhere. */
    readonly movable: boolean;
    /** The same for every turn of a conversation: a hash of its system prompt and opening messages. */
    readonly conversation: string;
    /** The application behind the request. */
    readonly client: Client;
    /** What the client's SDK says of its own retries and patience. */
    readonly sdk: SDK;
    /** The body's `metadata`, null when absent. Recorded as a hash only. Not enumerable. */
    readonly metadata: any;
    /** A header of the request by its case-insensitive name, "" when absent. Credentials read as "". Recorded as a hash only. */
    header(name: string): string;
    /** The whole body, null when it is not JSON: the escape hatch. Recorded as a hash only. Not enumerable. */
    readonly body: any;
  }

  /** Anthropic's Messages API, or OpenAI's Chat Completions and Responses. */
  export type API = "anthropic" | "openai";

  /** An application that uses Spillway. */
  export interface Client {
    /** The client's name in the configuration; "" when no clients are configured. */
    readonly name: string;
    /** Its lane in queues. */
    readonly priority: "high" | "normal" | "low";
    /** What it had spent when this request was admitted: this one included, those under way as estimated. Not enumerable. */
    readonly spent: Spent;
  }

  /** What a client has spent. */
  export interface Spent {
    /** In the last minute. */
    readonly minute: Spending;
    /** In the last hour. */
    readonly hour: Spending;
    /** Today, in UTC. */
    readonly day: Spending;
    /** This month, in UTC. */
    readonly month: Spending;
    /** The part of the client's tightest limit that is used, 0 to 1: `share > 0.8` is the time for a smaller model. 0 without limits. */
    readonly share: number;
  }

  /** So much of everything. */
  export interface Spending {
    /** How many. */
    readonly requests: number;
    /** Of all kinds: input, output, and what caches gave and took. */
    readonly tokens: number;
    /** USD, as far as prices are known. */
    readonly dollars: number;
  }

  /** What the official SDKs announce with each request. */
  export interface SDK {
    /** How often the SDK has already sent this request; 0 the first time. */
    readonly retryCount: number;
    /** How long the SDK will wait for this try, in ms; null when it does not say. */
    readonly timeout: number | null;
  }

  /** One try, or one thing that prevented a try. */
  export interface Attempt {
    /** The target that was tried. */
    readonly target: string;
    /** The model that was sent, after aliases. */
    readonly model: string;
    /** The target's HTTP status; null when nothing answered. A 200 whose stream opened with an error keeps 200. */
    readonly status: number | null;
    /** Spillway's reading of the failure. */
    readonly reason: Reason;
    /** The target's own code or type for the error; "" when it gave none. */
    readonly code: string;
    /** The target's own message. */
    readonly message: string;
    /** What is safe to do with the request now. */
    readonly retry: Retry;
    /** How long the target asked to wait, in ms; null when it did not say. */
    readonly retryAfter: number | null;
    /** How long the attempt took, in ms. */
    readonly ms: number;
    /** When it began, in ms since 1970, like `ctx.now`. */
    readonly at: number;
    /** How it failed. */
    readonly kind: Kind;
    /** The fingerprint of the key that was sent; "" when the target has none of its own, or nothing was sent. */
    readonly key: string;
    /**
     * The failure was about that key, and the target has another that may be used: `retry` is "same", `retryAfter` null, and
     * sending to the target again, at once, uses the other one. That spends a step, but nothing of the retry budget.
     */
    readonly otherKey: boolean;
    /** What was changed in the request, as "name;detail". */
    readonly edits: readonly string[];
  }

  /** Why an attempt failed. The first line comes from targets; with the reasons of the second nothing was sent. */
  export type Reason =
    | "overloaded" | "rate_limit" | "spend_limit" | "timeout" | "connection" | "server" | "auth" | "billing" | "permission" | "not_found" | "invalid" | "too_large" | "context_too_long" | "refused"
    | "paused" | "queue_timeout" | "queue_full" | "budget" | "deadline" | "unfit";

  /** "same": anywhere, also at the same target. "elsewhere": another target, model or credential. "never": the request itself is at fault. */
  export type Retry = "same" | "elsewhere" | "never";

  /**
   * "http": an error status. "connect": no connection. "timeout": a time limit passed. "stream": a 200 that opened with an
   * error or broke before its first content. "gate": a gate, queue, budget or deadline held it back. "edit": the request
   * could not be made to fit. Nothing was sent for the last two.
   */
  export type Kind = "http" | "connect" | "timeout" | "stream" | "gate" | "edit";

  /** The world around one decision. */
  export interface Ctx {
    /** The time of the decision, in ms since 1970. `Date` tells the same. */
    readonly now: number;
    /** What remains of the request's deadline, in ms. */
    readonly timeLeft: number;
    /** How many more times this request may be sent. */
    readonly stepsLeft: number;
    /** The wait until the earliest usable gate opens, in ms: 0 when one is open, null when none is known to open. */
    readonly opensIn: number | null;
    /** A number from 0 up to but not including 1, the same when the decision is replayed. `Math.random` is as good. */
    random(): number;
    /** The configured targets, in the order of the configuration. */
    readonly targets: readonly Target[];
    /** How the gate of a target and model (a name or an alias) is doing; without a model: the target's worst gate. */
    health(target: string, model?: string): Health;
    /**
     * What sending this request to a target, as a model (a name or an alias; absent: the one asked for), is expected to cost,
     * in dollars; null when its price is not known. It is an estimate from before the send: the prompt as that model counts it,
     * at the price of input without a cache, and an answer as long as that model's have been of late (500 tokens before there
     * were any) or as the request allows, at the price of output. A trim or a `maxTokens` of the action is not in it. Prices
     * are the configuration's, else list prices.
     */
    cost(target: string, model?: string): number | null;
    /** The configuration's `vars`: what can be tuned without editing a policy. */
    readonly vars: { readonly [name: string]: any };
    /** The value of a counter that all requests share; 0 when nobody has counted yet. See `Action.count`. */
    count(name: string): number;
  }

  /** A configured target. */
  export interface Target {
    /** Its name in the configuration, which `send` and `pause` take. */
    readonly name: string;
    /** The dialect that it speaks. */
    readonly dialect: API;
    /** Model names by alias. */
    readonly models: { readonly [alias: string]: string };
    /** Prices by model name (not alias), where the configuration has one. `ctx.cost` knows list prices too. */
    readonly price: { readonly [model: string]: Price };
  }

  /** In USD per million tokens. */
  export interface Price {
    /** What a million tokens of input cost. */
    readonly input: number;
    /** What a million tokens of output cost. */
    readonly output: number;
    /** What a million tokens of input cost that the cache had. */
    readonly cacheRead: number;
    /** What a million tokens of input cost that the cache keeps for five minutes. */
    readonly cacheWrite: number;
  }

  /** How one gate is doing. Rates and latencies are over the last 60 s. */
  export interface Health {
    /** An ordinary request would not pass now: the gate is paused, or its probe is out. */
    readonly paused: boolean;
    /** Until the pause ends, in ms; 0 when the gate is open or probing. */
    readonly pausedFor: number;
    /** Pauses in a row; 0 after a probe succeeds. */
    readonly pauses: number;
    /** Overloads in a row. */
    readonly overloads: number;
    /** Failures of the target's own making per send, 0 to 1. */
    readonly errorRate: number;
    /** Requests at the target now. */
    readonly inFlight: number;
    /** How many may be there now. */
    readonly limit: number;
    /** Requests that stand in line. */
    readonly queued: number;
    /**
     * Answers so far that were not as they were asked for: from another model, longer than allowed, without a count of their
     * tokens, or oddly streamed. Which, says the admin API.
     */
    readonly mismatches: number;
    /** Half of the sends had their first content within so many ms. */
    readonly p50: number;
    /** 95 of 100 sends had their first content within so many ms. */
    readonly p95: number;
    /** What the target last said of its rate limits. */
    readonly rateLimit: RateLimits;
  }

  /** The limits of a target, per minute or whatever it counts in; null when it said nothing of one. */
  export interface RateLimits {
    /** Of requests. */
    readonly requests: Allowance | null;
    /** Of tokens of all kinds. */
    readonly tokens: Allowance | null;
    /** Of tokens of input. */
    readonly inputTokens: Allowance | null;
    /** Of tokens of output. */
    readonly outputTokens: Allowance | null;
  }

  /** One rate limit. */
  export interface Allowance {
    /** How much there is in all. */
    readonly limit: number;
    /** How much is left. */
    readonly remaining: number;
    /** Until `remaining` is `limit` again, in ms; null when the target did not say. */
    readonly resetIn: number | null;
  }

  /** What to do. Unknown keys are errors. */
  export type Action = (Send | Fail) & Effects;

  /** What may stand beside `send` or `fail`. */
  export interface Effects {
    /** Closes a gate for everyone, before the send of the same action. It never shortens or restarts a pause. */
    pause?: Pause;
    /** Adds to shared counters, by name. */
    count?: { [name: string]: number };
    /** Why, in your words, for the decision trace. Do not put prompt text here. */
    because?: string;
  }

  /** Make one attempt. */
  export interface Send {
    /** The target's name. */
    send: string;
    /** The model to ask for, a name or one of the target's aliases. Absent: what the client asked for. */
    model?: string;
    /** Wait first. */
    after?: Duration;
    /** How long to stand in line when the gate is paused or full. Absent: do not; the refusal comes back as an attempt. */
    queue?: Duration;
    /** An upper bound for the answer's length, in tokens. Never raises what the client asked for. */
    maxTokens?: number;
    /** Leave out old parts of the conversation. */
    trim?: Trim;
    /** How long the attempt may take until its first content. Absent or 0: what the target's configuration says. */
    timeout?: Duration;
    /** Headers to set. Credentials, hop-by-hop and x-spillway-* headers are not allowed. */
    headers?: { [name: string]: string };
    /** Fields to set in the body; null deletes one. */
    body?: { [field: string]: any };
    /** A second request, in case the first has no content yet after a while. The first content wins. */
    hedge?: Hedge;
  }

  /**
   * Which old parts of a conversation may go. Never the system prompt, the tools, or anything since the last turn began. A
   * conversation that grows is cut at the same place until it has grown a good deal, so that the target's prompt cache holds.
   */
  export interface Trim {
    /**
     * How many of the newest tool results stay at least. Older ones go when there are as many again, or five: with 3, nothing
     * goes until there are 8, then the oldest 5 at once. Absent: all stay, unless `to` takes them.
     */
    keepToolResults?: number;
    /** Do nothing unless so many tokens would be saved. */
    minTokens?: number;
    /** Tools whose results stay. */
    except?: string[];
    /** What stands in for a result that went. */
    placeholder?: string;
    /** Leave out the thinking of earlier turns. */
    dropThinking?: boolean;
    /** How many of the newest turns stay at least; older ones go as results do. Absent: all stay, unless `to` takes them. */
    keepTurns?: number;
    /**
     * When the estimate is above so many tokens, bring it down to 65 % of them: thinking of earlier turns goes first, then old
     * tool results, images, and turns.
     */
    to?: number;
    /** What happens to images. Absent: they stay, unless `to` takes them. */
    images?: "keep" | "drop old";
  }

  /** A second request. */
  export interface Hedge {
    /** When to make it. */
    after: Duration;
    /** Its target. */
    send: string;
    /** Its model. Absent: what the client asked for. */
    model?: string;
  }

  /** A closed gate. */
  export interface Pause {
    /** The target's name. */
    target: string;
    /** Absent: all of the target's models. */
    model?: string;
    /** How long. */
    for: Duration;
  }

  /** End the request. */
  export interface Fail {
    /** "last": answer with the latest failure that a target really answered. Not allowed when there are no attempts. */
    fail: "last" | Failure;
  }

  /** A failure in your own words. */
  export interface Failure {
    /** An HTTP status from 400 to 599. */
    status: number;
    /** Absent: what the status says. */
    reason?: Reason;
    /** What the client is told. */
    message: string;
    /** When the client may come back. */
    retryAfter?: Duration;
  }

  /** A number of milliseconds, or a text such as "30s", "1m30s" or "500ms". At most a year. */
  export type Duration = number | string;

  /**
   * The wait before another try, in whole ms: exponential with full jitter. It is anywhere from 1 to the ceiling, which is
   * `base` for n = 1, doubles with every n, and stops at `cap`. Usually n is `attempts.length`.
   */
  export function backoff(n: number, options?: { base?: number; cap?: number }): number;

  /** The targets that speak the request's dialect, in the order of the configuration: those that can take it as it is. */
  export function sameDialect(request: Request, ctx: Ctx): readonly Target[];

  /** A whole number from 0 to 2**32 - 1 that is always the same for the same text: FNV-1a over its UTF-8 bytes. */
  export function hash(text: string): number;

  /**
   * The table beside a policy: the default export of `name.test.ts`. `spillway test` runs it, and so does every reload, which
   * leaves out the storms. What a row leaves out is a small streaming request, with no attempts, in a world at rest.
   */
  export type Table = (Row | StormRow)[];

  /** One decision, and what must come back. It is made three times, also in a fresh runtime, and must be the same each time. */
  export interface Row {
    /** What the row shows. */
    name: string;
    /** What the client asks for. Absent: a small streaming request, see there. */
    request?: TableRequest;
    /** Oldest first. Absent: none. What one leaves out follows from its reason. */
    attempts?: TableAttempt[];
    /** The world. Absent: the targets of the configuration, at rest, without vars. */
    ctx?: TableCtx;
    /** The parts of the action that matter. An action's 0 is the same as its absence. */
    want?: Wanted<Send & Fail & Effects>;
    /** In place of want: a part of the message with which it must fail, or true for any. */
    throws?: string | true;
  }

  /** Simulated traffic, and what must come of it. */
  export interface StormRow {
    /** What the row shows. */
    name: string;
    /** The name of a scenario that ships, such as "brownout", or a file's path from the table's folder, such as "./storms/mine.yaml". */
    storm: string;
    /** Other chances than the scenario's own. */
    seed?: number;
    /** In place of the scenario's own. */
    vars?: { [name: string]: any };
    /** Bounds by metric: those of `spillway simulate --json`, or of one client's requests, as in "app.p95". */
    expect: { [metric in Metric | `${string}.${Metric}`]?: Bound };
  }

  /**
   * What a storm is measured by. `success`: the share of requests that got a whole answer. `amplification`: sends per request.
   * `p50`, `p95`, `p99`: time to the first content. `otherTarget`, `otherModel`, `elsewhere`: the share of answers from another
   * target than the first, another model than asked for, or either. `queue`: the longest line.
   */
  export type Metric =
    | "success" | "amplification" | "p50" | "p95" | "p99" | "elsewhere" | "otherTarget" | "otherModel" | "requests" | "served"
    | "failed" | "broken" | "gaveUp" | "sends" | "overloads" | "tokens" | "dollars" | "queue" | "waiting" | "faults";

  /** Such as ">= 99%", "< 30s", "<= 1.2" or "<= $20". */
  export type Bound = `${">=" | "<=" | ">" | "<" | "=="}${string}`;

  /**
   * A request in a row. What is absent: `id` "row"; `api` "anthropic", with `path` "/v1/messages" and `model` "claude-opus-5-5", or,
   * for "openai", "/v1/chat/completions" and "gpt-5.6"; `maxTokens` 4096; `stream` and `movable` true, `thinking` false; one
   * message of "Hello" as `body`, and its length as `bytes`; `conversation` "row"; everything that counts 0; no `metadata`.
   */
  export interface TableRequest extends Partial<Omit<Request, "client" | "sdk" | "header">> {
    /** Who asks. Absent: nobody with a name, of normal priority, who has spent nothing. */
    client?: Partial<Omit<Client, "spent">> & { spent?: { [part in keyof Spent]?: Partial<Spent[part]> } };
    /** What its SDK announces. Absent: its first try, and no timeout. */
    sdk?: { retryCount?: number; timeout?: Duration };
    /** By name, for `request.header`. Absent: none. */
    headers?: { [name: string]: string };
  }

  /**
   * An attempt in a row. What is absent: `reason` "overloaded"; `kind`, `status` and `retry` as they usually are for the reason;
   * `target` the first that speaks the request's dialect; `model` the request's, after the target's aliases; `code` and `message`
   * ""; no `edits`.
   */
  export interface TableAttempt extends Partial<Omit<Attempt, "retryAfter" | "ms" | "at">> {
    /** How long the target asked to wait. Absent: it did not. */
    retryAfter?: Duration;
    /** How long the attempt took. Absent: no time. */
    ms?: Duration;
    /** In ms since 1970, or a date such as "2026-11-01T12:00:00Z". Absent: `ms` ago. */
    at?: number | string;
  }

  /** The world in a row. */
  export interface TableCtx {
    /** In ms since 1970, or a date. Absent: "2026-11-01T12:00:00Z". */
    now?: number | string;
    /** Absent: ten minutes. */
    timeLeft?: Duration;
    /** Absent: eight, less the attempts that were sent. */
    stepsLeft?: number;
    /** What `ctx.random` and `Math.random` begin with. Absent: 1. */
    seed?: number;
    /** Null when no gate is known to open. Absent: one is open now. */
    opensIn?: Duration | null;
    /** Absent: those of the configuration. One has a `name`; its `dialect` is "anthropic" unless it says so. */
    targets?: (Partial<Omit<Target, "price">> & { name: string; price?: { [model: string]: Partial<Price> } })[];
    /** Absent: none. They are never the configuration's: what can be tuned while traffic flows must not make a table fail. */
    vars?: { [name: string]: any };
    /** By "target" or "target/model". A gate that is absent is open, and has seen nothing. */
    health?: { [gate: string]: TableHealth };
    /** What the request is expected to cost, in dollars, by "target" or "target/model". Absent: nobody knows. */
    cost?: { [gate: string]: number };
    /** Shared counters by name. Absent: 0. */
    count?: { [name: string]: number };
  }

  /** How a gate is doing in a row. What is absent is 0 or null; `paused` follows from `pausedFor`. */
  export interface TableHealth extends Partial<Omit<Health, "pausedFor" | "p50" | "p95" | "rateLimit">> {
    /** Until the pause ends. */
    pausedFor?: Duration;
    /** Half of the sends had their first content so fast. */
    p50?: Duration;
    /** 95 of 100 sends had their first content so fast. */
    p95?: Duration;
    /** What the target last said of its rate limits. */
    rateLimit?: { [limit in keyof RateLimits]?: { limit?: number; remaining?: number; resetIn?: Duration } };
  }

  /** What must come back: a value, bounds for a number, parts of an object, or null for nothing at all. */
  export type Wanted<T> = T extends string | number ? T | null | { atLeast?: Duration; atMost?: Duration } : { [part in keyof T]?: Wanted<T[part]> } | null;
}
