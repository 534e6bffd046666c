package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"spillway/proxy/rawjson"
)

// MinThinkingBudget is the least thinking.budget_tokens, in tokens (Anthropic docs, extended thinking).
const MinThinkingBudget = 1024

// What a lowered bound leaves at least, in tokens: beside a thinking budget, which it includes, as much as the least budget;
// OpenAI refuses a response of less than 16.
const (
	minAnswer   = 1024
	minResponse = 16
)

// revision is a call with changes to its top level, not yet written.
type revision struct {
	call    *Call
	changes map[string][]byte // new values by field; nil deletes
}

// value is a field's value after the changes; nil when there will be none.
func (r *revision) value(name string) []byte {
	if changed, ok := r.changes[name]; ok {
		return changed
	}
	return r.call.Value(name)
}

// set changes a field, unless that changes nothing.
func (r *revision) set(name string, value []byte) {
	if bytes.Equal(r.value(name), value) {
		return
	}
	if r.changes == nil {
		r.changes = make(map[string][]byte, 2)
	}
	r.changes[name] = value
}

func (r *revision) merge(body map[string]json.RawMessage) error {
	for _, name := range slices.Sorted(maps.Keys(body)) {
		value := bytes.TrimSpace(body[name])
		if rawjson.SkipValue(value, 0, 1) != len(value) || !rawjson.ValidText(value) {
			return fmt.Errorf("body.%s: not valid JSON", name)
		}
		if isNull(value) {
			value = nil
		}
		r.set(name, value)
	}
	return nil
}

func (r *revision) setModel(model string) {
	if model != "" && model != r.model() {
		r.set("model", gjson.AppendJSONString(nil, model))
	}
}

func (r *revision) model() string { return gjson.ParseBytes(r.value("model")).String() }

// boundMaxTokens lowers every field that bounds the answer's length, and adds one when there is none.
func (r *revision) boundMaxTokens(e Edits) {
	names := r.call.maxTokensFields()
	if e.MaxTokens <= 0 || len(names) == 0 {
		return
	}
	least := max(e.MaxTokens, r.leastTokens())
	bound := strconv.AppendInt(nil, int64(least), 10)
	bounded := false
	for _, name := range names {
		if n, ok := wholeNumber(r.value(name)); ok {
			bounded = true
			if n < 0 || n > least {
				r.set(name, bound)
			}
		}
	}
	if bounded {
		return
	}
	if r.call.Endpoint == ChatCompletions && e.MaxTokensField != "" {
		r.set(e.MaxTokensField, bound)
		return
	}
	r.set(names[0], bound)
}

// leastTokens is below what no bound goes: the target would refuse the request, or only think.
func (r *revision) leastTokens() int {
	switch r.call.Endpoint {
	case Messages:
		if budget := r.thinkingBudget(); budget > 0 && budget < r.call.MaxTokens {
			return budget + minAnswer
		}
	case Responses:
		return minResponse
	}
	return 0
}

func (r *revision) thinkingBudget() int {
	return int(gjson.GetBytes(r.value("thinking"), "budget_tokens").Int())
}

// maxTokens is the bound that counts after the changes; false when there is none.
func (r *revision) maxTokens() (int, bool) {
	for _, name := range r.call.maxTokensFields() {
		if n, ok := wholeNumber(r.value(name)); ok {
			return n, true
		}
	}
	return 0, false
}

// check is why the changes cannot be sent.
func (r *revision) check() error {
	if _, problem := r.call.modelOf(r.value("model")); problem != nil {
		return fmt.Errorf("body.%w", problem)
	}
	if v := r.value("stream"); (v != nil && v[0] == 't') != r.call.Stream || v != nil && v[0] != 't' && v[0] != 'f' && !isNull(v) {
		return fmt.Errorf("body.stream: the client waits for the kind of answer it asked for")
	}
	for _, name := range r.call.maxTokensFields() {
		if v, changed := r.changes[name]; changed && v != nil {
			if _, ok := wholeNumber(v); !ok {
				return fmt.Errorf("body.%s: expected a whole number", name)
			}
		}
	}
	return r.checkThinking()
}

// checkThinking: Anthropic refuses a thinking budget that is less than the least, or not below max_tokens. Only interleaved
// thinking may exceed that, and then it did so before.
func (r *revision) checkThinking() error {
	budget := r.thinkingBudget()
	limit, ok := r.maxTokens()
	if _, changed := r.changes["thinking"]; changed && r.call.Endpoint == Messages && budget != 0 && budget < MinThinkingBudget {
		return fmt.Errorf("thinking.budget_tokens %d would be less than %d", budget, MinThinkingBudget)
	}
	if r.call.Endpoint != Messages || !ok || budget == 0 || limit > budget || r.call.MaxTokens <= budget {
		return nil
	}
	return fmt.Errorf("max_tokens %d would not be above thinking.budget_tokens %d", limit, budget)
}

// applied lists the changes as "name;detail".
func (r *revision) applied() []string {
	var list []string
	if _, changed := r.changes["model"]; changed {
		list = append(list, "model;"+headerWord(r.call.Model)+"->"+headerWord(r.model()))
	}
	before, after := (&revision{call: r.call}).maxTokensWord(), r.maxTokensWord()
	if before != after {
		list = append(list, "max_tokens;"+before+"->"+after)
	}
	for _, name := range slices.Sorted(maps.Keys(r.changes)) {
		told := name == "model" || before != after && slices.Contains(r.call.maxTokensFields(), name)
		if !told {
			list = append(list, "body;"+headerWord(name))
		}
	}
	return list
}

func (r *revision) maxTokensWord() string {
	if n, ok := r.maxTokens(); ok {
		return strconv.Itoa(n)
	}
	return "none"
}

// headerWord makes a name that a client chose fit for a list in a header.
func headerWord(name string) string {
	if name == "" {
		return "none"
	}
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || r == ',' || r == ';' {
			return '_'
		}
		return r
	}, name[:min(len(name), 100)])
}
