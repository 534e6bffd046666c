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
// Without a chain it is the targets of the request's dialect, in the order of the configuration, and then those others that
// have an alias for the model asked for, under `models`.
//
// A target that speaks another dialect gets the request translated, and its answer comes back in the client's own: tools,
// images, streams and errors. What has no counterpart there and can be done without is left out and named in the header
// `x-spillway-edits`; with what cannot, the step is passed over. A request too long for a step's model is passed over too, or
// made to fit where the target says `fit: trim`.
//
// An answer from further down is another model's answer. Clients that must not get one say so in a header,
// `x-spillway-forbid: target`, or `translate` for other dialects only; every answer says in `x-spillway-target` and `x-spillway-model` where it came from.

import { sameDialect, type Attempt, type Ctx, type Pause, type Policy, type Request } from "spillway";

interface Step {
  target: string;
  /** Absent: the model asked for. */
  model?: string;
}

interface Vars {
  chain?: Step[];
}

export default {
  decide(request, attempts, ctx) {
    const { chain = natural(request, ctx) }: Vars = ctx.vars;
    if (chain.length === 0) return { fail: { status: 400, reason: "unfit", message: `no target serves ${request.model} in the ${request.api} dialect` } };

    const last = attempts.at(-1);
    if (!last) return { send: chain[0].target, model: chain[0].model };

    // The request itself is at fault: it would fail everywhere else too.
    if (last.retry === "never") return { fail: "last" };

    // One turn for each step. It is not over while the target has another key to try.
    const pause = rest(last, ctx);
    const step = chain[attempts.filter((a) => !a.otherKey).length];
    if (!step) return { fail: "last", pause };

    return { send: step.target, model: step.model, pause, because: `${last.target}: ${last.reason}` };
  },
} satisfies Policy;

/** The chain that the configuration suggests. */
function natural(request: Request, ctx: Ctx): Step[] {
  const others = ctx.targets.filter((target) => target.dialect !== request.api && target.models[request.model]);
  return [...sameDialect(request, ctx), ...others].map((target) => ({ target: target.name }));
}

/** Three overloads in a row, and everyone passes a model by for 45 seconds. Then one request goes first, to see. */
function rest(last: Attempt, ctx: Ctx): Pause | undefined {
  const { target, model, reason } = last;
  if (reason !== "overloaded" || ctx.health(target, model).overloads < 3) return undefined;
  return { target, model, for: "45s" };
}
