// passthrough: hand requests on, and hand back whatever comes of it.
//
// One attempt, at the first target that speaks the request's dialect. No second try, no waiting, no edits: what the client
// gets is what the target said. For clients with a plan of their own, and for measuring what other policies are worth.

import { sameDialect, type Policy } from "spillway";

export default {
  decide(request, attempts, ctx) {
    if (attempts.length > 0) return { fail: "last" };

    const target = sameDialect(request, ctx)[0];
    if (target) return { send: target.name };

    return { fail: { status: 400, reason: "unfit", message: `no target speaks the ${request.api} dialect` } };
  },
} satisfies Policy;
