// lighten: a smaller request is easier to place when capacity is tight.
//
// A request goes to the first target of its dialect, with the model asked for, always. Each time it meets saturation it waits,
// up to a second, then two, four and so on, and comes back lighter: first without old tool results, then without old thinking
// and images, at last cut to the part of its history that you allow. What was cut, and how many tokens that saved, stands in
// the header `x-spillway-edits` of the answer and in its trace. System prompt, tools, and the turn under way are never cut, and
// a conversation that grows is cut at the same place for many turns, so that the target's prompt cache holds.
//
// A client that must not be cut says so in a header: `x-spillway-forbid: trim`.

import { backoff, sameDialect, type Policy, type Trim } from "spillway";

interface Vars {
  /** How many of the newest tool results stay. Absent: 5. */
  keepToolResults?: number;
  /** A cut that saves fewer tokens is not made. Absent: 5,000. */
  minTokens?: number;
  /** The share of a request's tokens that its last cut may leave. Absent: 0.5. */
  share?: number;
}

export default {
  decide(request, attempts, ctx) {
    const home = sameDialect(request, ctx)[0];
    if (!home) return { fail: { status: 400, reason: "unfit", message: `no target speaks the ${request.api} dialect` } };

    const last = attempts.at(-1);
    if (!last) return { send: home.name, queue: ctx.timeLeft };
    if (last.retry !== "same" && last.kind !== "gate") return { fail: "last" };

    const after = last.otherKey ? 0 : Math.max(backoff(attempts.length), last.retryAfter ?? 0, ctx.health(home.name, request.model).pausedFor);
    if (after >= ctx.timeLeft) return { fail: "last", because: "there is no time left to wait" };

    // Only saturation makes a request lighter, and only a lighter request can be what helps.
    const met = attempts.filter((a) => a.kind === "gate" || a.reason === "overloaded").length;
    const trim = request.movable ? cuts(met, request.inputTokens, ctx.vars) : undefined;
    return { send: home.name, after, queue: ctx.timeLeft - after, trim, because: `${last.target}: ${last.reason}` };
  },
} satisfies Policy;

/** What goes after so much saturation. Each step takes what the one before took, and more. */
function cuts(met: number, tokens: number, { keepToolResults = 5, minTokens = 5_000, share = 0.5 }: Vars): Trim | undefined {
  if (met === 0) return undefined;
  const results: Trim = { keepToolResults, minTokens };
  if (met === 1) return results;
  const thoughts: Trim = { ...results, dropThinking: true, images: "drop old" };
  return met === 2 ? thoughts : { ...thoughts, to: Math.ceil(tokens * share) };
}
