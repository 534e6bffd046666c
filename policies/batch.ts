// batch: work that can wait, and gets in nobody's way.
//
// A request stands in line for as long as its client has time, at the first target of its dialect that has not turned it down
// for good. After a failure it stays away for long: five seconds, ten, twenty and so on to two minutes, less a random part,
// and never less than the target asked for. It is always answered by the model it asked for: whoever can wait need not pay
// for a dearer one, or make do with a smaller one.
//
// Give it to a client whose lane is the last, in spillway.yaml:
//
//   clients:
//     - { name: nightly, key: ${NIGHTLY_KEY}, policy: batch, priority: low, max_wait: 1h }
//   deadline: 1h

import { backoff, sameDialect, type Attempt, type Policy, type Target } from "spillway";

export default {
  decide(request, attempts, ctx) {
    const home = sameDialect(request, ctx);
    const last = attempts.at(-1);
    if (home.length === 0) return { fail: { status: 400, reason: "unfit", message: `no target speaks the ${request.api} dialect` } };
    if (!last) return { send: home[0].name, queue: ctx.timeLeft };

    const target = last.retry === "never" ? undefined : home.find((target) => open(target, attempts));
    if (!target) return { fail: "last" };

    const { pausedFor, overloads } = ctx.health(target.name, request.model);
    const after = last.otherKey ? 0 : Math.max(backoff(attempts.length, { base: 5_000, cap: 120_000 }), last.retryAfter ?? 0, pausedFor);
    if (after >= ctx.timeLeft) return { fail: "last", because: "there is no time left to wait" };

    // Three overloads in a row, and all that comes through this gate rests for a minute.
    const pause = overloads < 3 ? undefined : { target: target.name, model: request.model, for: "60s" };
    return { send: target.name, after, queue: ctx.timeLeft - after, pause, because: `${last.target}: ${last.reason}` };
  },
} satisfies Policy;

/** Whether a target has not turned the request down for good. A closed gate is no refusal. */
function open(target: Target, attempts: readonly Attempt[]): boolean {
  return attempts.every((a) => a.target !== target.name || a.retry === "same" || a.kind === "gate");
}
