// failover: Claude, then GPT, then open weights - or any chain of your own.
//
// A request goes down the chain until something answers. Nothing waits: a step that fails, whose gate is closed, or that
// cannot carry the request makes way for the next one at once, and the chain is walked once. Write it in `vars`:
//
//   vars:
//     chain:
//       - { target: claude }                          # with the model the client asked for
//       - { target: openai, model: gpt-5.6 }
//       - { target: local, model: qwen3-coder-480b }
//
// Without a chain it is every target in the order of the configuration, with the model asked for.
//
// An answer from further down is another model's answer. Clients that must not get one say so in a header,
// `x-spillway-forbid: target`; every answer says in `x-spillway-target` and `x-spillway-model` where it came from.

import type { Attempt, Ctx, Pause, Policy } from "spillway";

interface Vars {
  chain?: { target: string; model?: string }[];
}

export default {
  decide(request, attempts, ctx) {
    const { chain = ctx.targets.map((target) => ({ target: target.name })) }: Vars = ctx.vars;

    const last = attempts.at(-1);
    if (!last) return { send: chain[0].target, model: chain[0].model };

    // The request itself is at fault: it would fail everywhere else too.
    if (last.retry === "never") return { fail: "last" };

    // One attempt for each step, so the next step is the one that has not had its turn.
    const pause = rest(last, ctx);
    const step = chain[attempts.length];
    if (!step) return { fail: "last", pause };

    return { send: step.target, model: step.model, pause, because: `${last.target}: ${last.reason}` };
  },
} satisfies Policy;

/** Three overloads in a row, and everyone passes a model by for 45 seconds. Then one request goes first, to see. */
function rest(last: Attempt, ctx: Ctx): Pause | undefined {
  const { target, model, reason } = last;
  if (reason !== "overloaded" || ctx.health(target, model).overloads < 3) return undefined;
  return { target, model, for: "45s" };
}
