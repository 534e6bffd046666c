package translate

import (
	"cmp"
	"slices"
	"strconv"

	"spillway/proxy/model"
)

// chatReasoning asks for as much thinking as the request does, if the target's model can be asked. Where it refuses to reason
// with tools it has to be told not to, for by itself it would.
func (t *Translation) chatReasoning() {
	level, to := t.wantedEffort(), &t.to.Model
	wanted := level != "" && level != "none"
	switch {
	case to.Thinking != model.Effort && wanted:
		t.Drop("thinking")
		return
	case to.Thinking != model.Effort:
		return
	case to.SilentTools && t.to.Server.NoToolReasoning && t.hasTools():
		if !to.Takes("none") {
			t.refusef("the model takes no tools in a chat completion, for it cannot but reason")
		}
		if wanted {
			t.Drop("thinking")
		}
		level = "none"
	case wanted:
		level = nearestEffort(level, to)
	case !to.Takes(level):
		return
	}
	t.w.key("reasoning_effort").word(level)
}

// wantedEffort is how much a Messages request wants to be thought about, in OpenAI's words; "" when it does not say.
func (t *Translation) wantedEffort() (level string) {
	thinking, effort := view(t.from.Value("thinking")), view(t.from.Value("output_config")).Get("effort").Str
	switch thinking.Get("type").Str {
	case "enabled":
		level = effortFor(thinking.Get("budget_tokens").Int())
	case "adaptive":
		level = "high"
	case "disabled":
		return "none"
	}
	if effort != "" && !slices.Contains(efforts, effort) {
		t.refusef("output_config.effort %q is not known", effort)
	}
	return cmp.Or(effort, level)
}

// efforts are all levels of reasoning_effort, from the least. Anthropic's are among them.
var efforts = []string{"none", "minimal", "low", "medium", "high", "xhigh", "max"}

// nearestEffort is the level that a model takes for one: the same, else the next lower, but not none, else the next higher.
func nearestEffort(level string, to *model.Facts) string {
	at := slices.Index(efforts, level)
	for i := at; i > 0; i-- {
		if to.Takes(efforts[i]) {
			return efforts[i]
		}
	}
	for _, higher := range efforts[at+1:] {
		if to.Takes(higher) {
			return higher
		}
	}
	return level
}

// effortFor is the level that a budget of thinking tokens stands for, in the steps that others use too.
func effortFor(budget int64) string {
	switch {
	case budget >= 10_000:
		return "high"
	case budget >= 5_000:
		return "medium"
	case budget >= 2_000:
		return "low"
	default:
		return "minimal"
	}
}

// minBudget is the least thinking budget, and roomForAnswer what is left of max_tokens beside it.
const (
	minBudget     = 1024
	roomForAnswer = 1024
)

// messagesThinking asks for as much thinking as the request does.
func (t *Translation) messagesThinking() {
	switch way, budget := t.plan(); way {
	case model.Adaptive:
		t.w.key("thinking").raw(`{"type":"adaptive"}`)
		if view(t.from.Value("response_format")).Get("type").Str != "json_schema" {
			t.w.key("output_config").open('{')
			t.messagesEffort()
			t.w.end('}')
		}
	case model.Budget:
		t.w.key("thinking").raw(`{"type":"enabled","budget_tokens":` + strconv.Itoa(budget) + `}`)
	default:
		if t.effort() != "" {
			t.Drop("reasoning_effort")
		}
	}
}

// plan is how the model is to think; [model.NotKnown] when it is not to. A forced tool and thinking exclude each other, and with
// a budget Claude refuses a round of tools that did not begin with its own thinking (Anthropic docs, extended thinking).
func (t *Translation) plan() (way model.Thinking, budget int) {
	effort := t.effort()
	choice := view(t.from.Value("tool_choice"))
	if effort == "" || choice.IsObject() || choice.Str == "required" {
		return model.NotKnown, 0
	}
	switch way = t.to.Model.Thinking; way {
	case model.Adaptive:
		return way, 0
	case model.Budget:
		budget = min(budgetFor(effort), t.messagesMaxTokens()-roomForAnswer)
		if budget >= minBudget && !t.amidTools() {
			return way, budget
		}
	}
	return model.NotKnown, 0
}

// amidTools says whether the conversation ends with what tools gave.
func (t *Translation) amidTools() (amid bool) {
	for m := range value(t.from.Value("messages")).elements() {
		role := m.get("role").text()
		amid = role == "tool" || amid && instructs(role)
	}
	return amid
}

// effort is how much the request wants to be thought about; "" when it does not say, or wants none.
func (t *Translation) effort() string {
	effort := view(t.from.Value("reasoning_effort")).Str
	if effort == "none" {
		return ""
	}
	return effort
}

func (t *Translation) messagesEffort() {
	if way, _ := t.plan(); way != model.Adaptive {
		return
	}
	level := map[string]string{"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "max"}[t.effort()]
	if level == "" {
		t.refusef("reasoning_effort %q is not known", t.effort())
		return
	}
	t.w.key("effort").word(level)
}

func budgetFor(effort string) int {
	switch effort {
	case "minimal":
		return minBudget
	case "low":
		return 2_048
	case "medium":
		return 8_192
	default:
		return 16_384
	}
}
