// A policy is a pure function: everything it may look at is in its arguments, everything it wants done is in what it returns.
// It is asked when a request comes in, and again after every attempt that failed. What there is to look at, and what it may
// return, is described in spillway.d.ts, which your editor reads. Save, and traffic follows; if something is wrong with the
// edit, you are told where, and what served before goes on.

import { backoff, sameDialect, type Policy } from "spillway";

export default {
  decide(request, attempts, ctx) {
    // The targets of spillway.yaml that take this request as it is.
    const [first, second] = sameDialect(request, ctx);
    if (!first) return { fail: { status: 400, message: `no target speaks the ${request.api} dialect` } };

    // At first: to the first target, and in line if its gate is closed or full.
    const last = attempts.at(-1);
    const queue = ctx.vars.patience ?? "20s";
    if (!last) return { send: first.name, queue };

    // The request itself is at fault, or its credential: trying again does not help.
    if (last.retry === "never") return { fail: "last" };
    if (last.retry === "elsewhere" && !second) return { fail: "last" };

    // A target that is overloaded again and again is left alone for a while, by everyone.
    const health = ctx.health(last.target, last.model);
    const pause = health.overloads >= 5 ? { target: last.target, model: last.model, for: "30s" } : undefined;

    // Each failure moves the request to the other target, if there is one, after a wait that grows: up to 1 s, 2 s, 4 s, ...
    const next = second && last.target === first.name ? second : first;
    return { send: next.name, after: backoff(attempts.length), queue, pause, because: `${last.target}: ${last.reason}` };
  },
} satisfies Policy;
