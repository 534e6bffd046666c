package translate

import (
	"cmp"
	"strconv"

	"github.com/tidwall/gjson"

	"spillway/proxy/model"
)

// chatReasoning asks for as much thinking as the request does, if the target's model can be asked.
func (t *Translation) chatReasoning() {
	thinking, effort := parse(t.from.Value("thinking")), parse(t.from.Value("output_config")).Get("effort").Str
	level := ""
	switch thinking.Get("type").Str {
	case "enabled":
		level = effortFor(thinking.Get("budget_tokens").Int())
	case "adaptive":
		level = "high"
	case "disabled":
		level = "none"
	}
	if effort != "" && level != "none" {
		level = chatEfforts[effort]
	}
	switch {
	case level == "" || level == "none" && t.to.Model.Thinking != model.Effort:
		return
	case t.to.Model.Thinking != model.Effort:
		t.Drop("thinking")
		return
	case t.to.Model.SilentTools && t.to.Server.NoToolReasoning && t.hasTools():
		if level != "none" {
			t.Drop("thinking") // it would refuse the tools
		}
		level = "none"
	case level == "none":
		return
	case t.to.Model.PlainEffort:
		level = cmp.Or(map[string]string{"minimal": "low", "xhigh": "high"}[level], level)
	}
	t.w.key("reasoning_effort").word(level)
}

// chatEfforts are Anthropic's levels in OpenAI's words.
var chatEfforts = map[string]string{"low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "xhigh"}

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
		if parse(t.from.Value("response_format")).Get("type").Str != "json_schema" {
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
	choice := parse(t.from.Value("tool_choice"))
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
	parse(t.from.Value("messages")).ForEach(func(_, m gjson.Result) bool {
		amid = m.Get("role").Str == "tool" || amid && instructs(m)
		return true
	})
	return amid
}

// effort is how much the request wants to be thought about; "" when it does not say, or wants none.
func (t *Translation) effort() string {
	effort := parse(t.from.Value("reasoning_effort")).Str
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
