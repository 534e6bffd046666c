// cheapest: the least money that gets an answer, with waiting counted as money too.
//
// A request could go to each target that speaks its dialect, as the model it asks for or as another that you say will do.
// Each of these routes is priced: what the answer is expected to cost there, and a cent for each second until the route can be
// taken, which is 36 dollars an hour. The cheapest is tried, then the next; one that has failed in a way that passes may have
// its turn again after a wait, at its price. Whether five dollars are worth a minute is for you to say, under `vars`:
//
//   vars:
//     alternatives:                         # what may answer in place of a model; without it nothing does
//       claude-opus-5-5: [claude-sonnet-5-5]
//     second: 0.001                         # what a second is worth, in dollars; 0 waits for the cheapest, whatever it takes
//     most: 2                               # no route that is expected to cost more dollars is taken
//
// Prices are those of the configuration, else list prices; a route whose price nobody knows comes last, and never under `most`.
// A model that is overloaded three times in a row is left alone for 45 seconds, by everyone.

import { backoff, sameDialect, type Attempt, type Ctx, type Pause, type Policy, type Request } from "spillway";

interface Vars {
  alternatives?: { [model: string]: string[] };
  second?: number;
  most?: number;
}

interface Route {
  target: string;
  model: string;
  /** What became of this request there, but for what another of the target's keys may put right at once. */
  tries: Attempt[];
}

const pauseMs = 45_000;

export default {
  decide(request, attempts, ctx) {
    const { second = 0.01, most = Infinity }: Vars = ctx.vars;
    const all = routes(request, attempts, ctx);
    const last = attempts.at(-1);
    if (all.length === 0) return { fail: { status: 400, reason: "unfit", message: `no target speaks the ${request.api} dialect` } };

    // The request itself is at fault.
    if (last?.retry === "never") return { fail: "last" };

    const pause = rest(last, ctx);
    const offers = all
      .filter(useful)
      .map((route) => ({ ...route, dollars: ctx.cost(route.target, route.model) ?? Infinity, wait: waitFor(route, ctx, pause) }))
      .filter(({ wait, dollars }) => wait < ctx.timeLeft && (most === Infinity || dollars <= most));
    const price = (offer: (typeof offers)[0]) => offer.dollars + (second * offer.wait) / 1000;
    const best = offers.sort((a, b) => (price(a) < price(b) ? -1 : price(a) > price(b) ? 1 : 0))[0];
    if (!best && last) return { fail: "last", because: "nothing can serve it in time, for the money" };
    if (!best) return { fail: { status: 402, reason: "billing", message: `the request is expected to cost more than $${most}, or its price is not known` } };

    const { target, model, dollars, wait, tries } = best;
    const because = dollars === Infinity ? "its price is not known" : `about $${Number(dollars.toPrecision(3))}${wait ? `, in ${Math.ceil(wait / 1000)} s` : ""}`;
    const after = tries.length > 0 ? wait : undefined;
    return { send: target, model, after, queue: ctx.timeLeft - (after ?? 0), pause, because };
  },
} satisfies Policy;

/** Every way the request could go. */
function routes(request: Request, attempts: readonly Attempt[], ctx: Ctx): Route[] {
  const { alternatives = {} }: Vars = ctx.vars;
  const others = (request.movable && alternatives[request.model]) || [];
  return [request.model, ...others].flatMap((model) =>
    sameDialect(request, ctx).map((target) => {
      const name = target.models[model] ?? model;
      return { target: target.name, model, tries: attempts.filter((a) => !a.otherKey && a.target === target.name && a.model === name) };
    }));
}

/** Whether a route may still work. A second timeout costs too much. */
function useful({ tries }: Route): boolean {
  return tries.every((a) => a.retry === "same" || a.kind === "gate") && tries.filter((a) => a.reason === "timeout").length < 2;
}

/** How many ms it takes until a route can be taken: its gate opens, what the target asked for is over, and it has had a rest. */
function waitFor({ target, model, tries }: Route, ctx: Ctx, pause?: Pause): number {
  const paused = pause && tries.some((a) => a.target === pause.target && a.model === pause.model) ? pauseMs : ctx.health(target, model).pausedFor;
  const asked = tries.map((a) => a.at + a.ms + (a.retryAfter ?? 0) - ctx.now);
  return Math.max(paused, tries.length > 0 ? backoff(tries.length) : 0, ...asked);
}

/** The pause that the last attempt calls for. */
function rest(last: Attempt | undefined, ctx: Ctx): Pause | undefined {
  if (last?.reason !== "overloaded" || ctx.health(last.target, last.model).overloads < 3) return undefined;
  return { target: last.target, model: last.model, for: pauseMs };
}
