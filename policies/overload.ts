// overload: keep answering while models are saturated, without adding to it.
//
// A request goes to each target that speaks its dialect, in the order of the configuration, until one answers. When all
// have failed in ways that pass with time, it waits - up to a second, then two, four and so on to a minute, and never less
// than a target asked for - and goes round again, for as long as its client has time.
//
// A failure that is about one of a target's keys takes no turn: the target is asked again at once, with its next key.
//
// A model that is overloaded five times in a row is paused for everyone: nothing is sent to it for five seconds, then one
// request goes ahead to see. While that fails the pauses grow, to twenty seconds: a target that is down gets one request in
// each, and one that is back is not left idle for longer. Other requests go elsewhere, or stand in line.
//
// None of this changes an answer. What does is for you to allow, under `vars` in spillway.yaml. It comes after the first wait,
// and the least change first: a lighter request, then a smaller model.

import { backoff, sameDialect, type Attempt, type Ctx, type Pause, type Policy, type Target, type Trim } from "spillway";

interface Vars {
  /** Models from the best to the smallest, as clients name them. Requests for a saturated one step down. */
  ladder?: string[];
  /** What a request that keeps meeting saturation may lose, such as { trim: { keepToolResults: 5, minTokens: 5000 } }. */
  lighten?: { trim?: Trim; maxTokens?: number };
  /** How long a request may stand in line, such as "30s". Absent: as long as its client has time. */
  queue?: number | string;
  /** How many overloads in a row pause a model. Absent: 5. */
  pauseAfter?: number;
  /** How many seconds its first pause takes; the next ones double, up to four times this. Absent: 5. */
  pauseSeconds?: number;
}

export default {
  decide(request, attempts, ctx) {
    const vars: Vars = ctx.vars;
    const home = sameDialect(request, ctx);
    const smaller = vars.ladder ? below(request.model, vars.ladder) : [];

    // Nothing has happened yet, as with almost every request. It stands in line only if nothing else could be done for it;
    // otherwise a closed gate comes back as an attempt, at once.
    const last = attempts.at(-1);
    if (!last) {
      if (home.length === 0) return { fail: { status: 400, reason: "unfit", message: `no target speaks the ${request.api} dialect, and the policy overload does not translate; failover does` } };
      const only = home.length === 1 && smaller.length === 0;
      return only ? { send: home[0].name, queue: vars.queue ?? ctx.timeLeft } : { send: home[0].name };
    }

    // The request itself is at fault.
    if (last.retry === "never") return { fail: "last" };

    // Each target may turn it away once, and one may after a wait, before anything about the request changes.
    const strain = strainOf(attempts) - home.length;
    const lighter = strain > 0 && request.movable ? vars.lighten : undefined;
    const models = strain > (lighter ? 1 : 0) ? [request.model, ...smaller] : [request.model];
    const pause = pauseAfter(last, ctx, vars);

    // Every way the request could go, best first.
    const routes = models.flatMap((model) => home.map((target) => route(target, model, attempts)));

    // The first time round nobody waits: the n-th turn belongs to the n-th route. One that ends with another key is not over.
    const fresh = routes.slice(attempts.filter((a) => !a.otherKey).length).find(useful);
    if (fresh) return { send: fresh.target, model: fresh.model, ...lighter, pause, because: `${last.target}: ${last.reason}` };

    // After that it is the route that may work first.
    const next = soonest(routes, ctx);
    if (!next || next.ready >= ctx.timeLeft) return { fail: "last", pause, because: "nothing can serve it in time" };

    // Eight sends do not outlast an outage of minutes, so the last one is kept for the middle of the time that is left.
    const late = attempts.some(full) && ctx.stepsLeft === 1;
    const wait = last.otherKey ? 0 : late ? ctx.timeLeft / 2 : Math.min(backoff(attempts.length), ctx.timeLeft / 2);
    const after = Math.max(wait, askedFor(next, ctx));
    const queue = vars.queue ?? ctx.timeLeft;
    return { send: next.target, model: next.model, ...lighter, after, queue, pause, because: `waiting for ${next.target}: ${last.reason}` };
  },
} satisfies Policy;

interface Route {
  target: string;
  model: string;
  /** What became of this request there. */
  tries: Attempt[];
}

/** Whether an attempt met saturation. */
function full({ kind, reason, otherKey }: Attempt): boolean {
  if (otherKey) return false;
  return kind === "gate" || reason === "overloaded" || reason === "rate_limit";
}

/** How much saturation a request has met. A closed gate says more than one refusal does: it stays closed for a while. */
function strainOf(attempts: readonly Attempt[]): number {
  return attempts.filter(full).reduce((sum, { kind }) => sum + (kind === "gate" ? 2 : 1), 0);
}

function route(target: Target, model: string, attempts: readonly Attempt[]): Route {
  const name = target.models[model] ?? model;
  return { target: target.name, model, tries: attempts.filter((a) => a.target === target.name && a.model === name) };
}

/** The useful route that may work first, and in how many ms; of equals, the one that has been tried least. */
function soonest(routes: Route[], ctx: Ctx): (Route & { ready: number }) | undefined {
  return routes
    .filter(useful)
    .map((route) => ({ ...route, ready: Math.max(ctx.health(route.target, route.model).pausedFor, askedFor(route, ctx)) }))
    .sort((a, b) => a.ready - b.ready || a.tries.length - b.tries.length)[0];
}

/** The models below this one; none if it is not on the ladder. */
function below(model: string, ladder: string[]): string[] {
  return ladder.includes(model) ? ladder.slice(ladder.indexOf(model) + 1) : [];
}

/** Whether a route may still work for this request. A timeout costs too much, and a conflict says too much, to be had twice more. */
function useful({ tries }: Route): boolean {
  const passing = ["paused", "queue_full", "budget"];
  const costly = tries.filter((a) => a.reason === "timeout" || a.reason === "invalid").length;
  return costly < 2 && tries.every((a) => a.retry === "same" || passing.includes(a.reason));
}

/** How many ms are left of the longest wait that the target asked this request for. */
function askedFor({ tries }: Route, ctx: Ctx): number {
  const sent = tries.filter((a) => a.kind !== "gate");
  return Math.max(0, ...sent.map((a) => a.at + a.ms + (a.retryAfter ?? 0) - ctx.now));
}

/** The pause that an attempt calls for. A rate limit calls for none: it may be one caller's own, and a pause is everyone's. */
function pauseAfter({ reason, target, model }: Attempt, ctx: Ctx, vars: Vars): Pause | undefined {
  if (reason !== "overloaded") return undefined;
  const { overloads, pauses } = ctx.health(target, model);
  if (overloads < (vars.pauseAfter ?? 5)) return undefined;
  return { target, model, for: 1000 * (vars.pauseSeconds ?? 5) * Math.min(4, 2 ** Math.max(0, pauses - 1)) };
}
