// The policies that serve, and the edits that were rejected.

import { h } from "./dom.js";
import { clock, plural } from "./words.js";

export function policiesPanel(policies) {
  const { rejected, benched = [] } = policies;
  return h("section", { key: "policies", id: "policies", class: "panel", "aria-labelledby": "policies-title" },
    h("h2", { id: "policies-title" }, "Policies"),
    rejected && h("div", { key: "rejected", class: "rejected" },
      h("h3", null, `An edit was rejected at ${clock(rejected.at)}, with ${plural(rejected.faults.length, "fault")}`),
      h("p", null, "Revision ", h("code", null, policies.revision), " serves on until the files are right."),
      rejected.faults.map(fault)),
    h("dl", { class: "line" },
      pair("revision", h("code", null, policies.revision)), pair("loaded", clock(policies.loaded))),
    h("ul", { class: "policies" }, policies.policies.map((name) =>
      h("li", { key: name }, name, name === policies.default && h("span", { class: "quiet" }, " decides by default"),
        benched.includes(name) && h("strong", null, " benched")))),
    (policies.candidates ?? []).map(candidate));
}

// candidate is a policy on trial: what has come of it so far.
function candidate(c) {
  const share = `${Math.round(1000 * c.share) / 10} %`;
  return h("div", { key: `candidate ${c.policy}`, class: c.rolledBack ? "rejected" : "candidate" },
    h("h3", null, `${c.candidate} is tried in the place of ${c.policy}, as a ${c.mode} for ${share} of requests`),
    c.rolledBack && h("p", null, `Rolled back at ${clock(c.rolledBack.at)}: ${c.rolledBack.why}.`),
    c.shadow && h("p", null, `${plural(c.shadow.same + c.shadow.different, "decision")} compared, ${c.shadow.different} of them different`,
      c.shadow.different > 0 && ` (${Object.entries(c.shadow.keys).map(([key, n]) => `${key} ${n}`).join(", ")})`, c.shadow.skipped > 0 && `, ${c.shadow.skipped} skipped`),
    c.canary && h("p", null, `Lately ${tally(c.canary.candidate)}; the live policy ${tally(c.canary.live)}.`));
}

const tally = (t) => `${t.succeeded} succeeded and ${t.failed} failed${t.faulted > 0 ? `, ${t.faulted} without a valid action` : ""}`;

const pair = (name, value) => h("div", { key: name }, h("dt", null, name), h("dd", null, value));

// fault shows what the compiler, the table or the runtime said, with its code frame.
export const fault = (f) => h("pre", { class: "fault", tabindex: 0, role: "group", "aria-label": `Fault at ${f.at || "an unknown place"}` }, f.frame);
