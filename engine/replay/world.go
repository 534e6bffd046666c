package replay

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"spillway/engine"
)

// Recorded is the world and the content of one decision's request as they were recorded. It implements [engine.World] and
// [engine.Content], for one call of a policy at a time.
type Recorded struct {
	// Else answers what was not recorded; nil = nothing does.
	Else engine.World
	// ElseContent is [Recorded.Else] for the request's content.
	ElseContent engine.Content

	now     time.Time
	reads   map[string]any
	outline *Outline
	missing []string
}

// NewRecorded is the world of a decision made at a moment.
func NewRecorded(now time.Time, reads []Read, outline *Outline) *Recorded {
	r := &Recorded{now: now, reads: make(map[string]any, len(reads)), outline: outline}
	for _, read := range reads {
		r.reads[read.Name()] = read.Value()
	}
	return r
}

// ReadsOf are a decision's reads as a log has them.
func ReadsOf(reads []engine.Read) []Read {
	list := make([]Read, len(reads))
	for i, read := range reads {
		list[i] = Read{read.Name, read.Value}
	}
	return list
}

// Missing is what was asked for and not recorded, by the names of [engine.Read], and has no answer from elsewhere. reads are
// what the policy read.
func (r *Recorded) Missing(reads []engine.Read) []string {
	missing := slices.Clone(r.missing)
	for _, read := range reads {
		if member, ok := strings.CutPrefix(read.Name, "request."); ok && slices.Contains(outlined, member) && !r.knows(member) {
			missing = append(missing, read.Name)
		}
	}
	return missing
}

// outlined are the members of a request that come of its outline, the estimates first.
var outlined = []string{"inputTokens", "toolResultTokens", "messages", "toolResults", "tools", "thinking", "movable", "conversation"}

// estimates is how many of them are estimates.
const estimates = 2

func (r *Recorded) knows(member string) bool {
	_, read := r.reads["request."+member]
	return read || r.ElseContent != nil || r.outline != nil && slices.Index(outlined, member) >= estimates
}

// Health implements [engine.World].
func (r *Recorded) Health(target, model string) engine.Health {
	name := gateRead("ctx.health", target, model)
	switch value, ok := r.reads[name]; {
	case ok:
		return healthOf(value, r.now)
	case r.Else != nil:
		return r.Else.Health(target, model)
	}
	r.missing = append(r.missing, name)
	return engine.Health{}
}

// Cost implements [engine.World].
func (r *Recorded) Cost(target, model string) (dollars float64, known bool) {
	name := gateRead("ctx.cost", target, model)
	switch value, ok := r.reads[name]; {
	case ok:
		return numberOf(value), value != nil
	case r.Else != nil:
		return r.Else.Cost(target, model)
	}
	r.missing = append(r.missing, name)
	return 0, false
}

// gateRead is what the record calls a question about a target and, perhaps, a model.
func gateRead(function, target, model string) string {
	if model == "" {
		return function + "(" + target + ")"
	}
	return function + "(" + target + ", " + model + ")"
}

// OpensIn implements [engine.World].
func (r *Recorded) OpensIn() (time.Duration, bool) {
	switch value, ok := r.reads["ctx.opensIn"]; {
	case ok:
		return durationOf(value), value != nil
	case r.Else != nil:
		return r.Else.OpensIn()
	}
	r.missing = append(r.missing, "ctx.opensIn")
	return 0, false
}

// Count implements [engine.World].
func (r *Recorded) Count(name string) float64 {
	switch value, ok := r.reads["ctx.count("+name+")"]; {
	case ok:
		return numberOf(value)
	case r.Else != nil:
		return r.Else.Count(name)
	}
	r.missing = append(r.missing, "ctx.count("+name+")")
	return 0
}

// Outline implements [engine.Content].
func (r *Recorded) Outline() engine.Outline {
	var o engine.Outline
	switch {
	case r.ElseContent != nil:
		o = r.ElseContent.Outline()
	case r.outline != nil:
		p := r.outline
		o = engine.Outline{
			Messages: p.Messages, ToolResults: p.ToolResults, Tools: p.Tools, Thinking: p.Thinking, Movable: p.Movable, Conversation: p.Conversation,
		}
	}
	r.setNumber("inputTokens", &o.InputTokens)
	r.setNumber("toolResultTokens", &o.ToolResultTokens)
	r.setNumber("messages", &o.Messages)
	r.setNumber("toolResults", &o.ToolResults)
	r.setNumber("tools", &o.Tools)
	if value, ok := r.reads["request.thinking"].(bool); ok {
		o.Thinking = value
	}
	if value, ok := r.reads["request.movable"].(bool); ok {
		o.Movable = value
	}
	if value, ok := r.reads["request.conversation"].(string); ok {
		o.Conversation = value
	}
	return o
}

func (r *Recorded) setNumber(member string, into *int) {
	if value, ok := r.reads["request."+member]; ok {
		*into = int(numberOf(value))
	}
}

// Header implements [engine.Content]. Headers are not recorded; a policy that reads one makes no replayable decision.
func (r *Recorded) Header(name string) string {
	if r.ElseContent != nil {
		return r.ElseContent.Header(name)
	}
	return ""
}

// Body implements [engine.Content]. Bodies are not recorded.
func (r *Recorded) Body() json.RawMessage {
	if r.ElseContent != nil {
		return r.ElseContent.Body()
	}
	return nil
}

// numberOf is a number among reads, as the log or the runtime has it.
func numberOf(value any) float64 {
	switch n := value.(type) {
	case float64:
		return n
	case int:
		return float64(n)
	case int64:
		return float64(n)
	}
	return 0
}

// durationOf is a number of milliseconds.
func durationOf(value any) time.Duration {
	ms := numberOf(value)
	if ms < 0 || ms > float64(1<<62/time.Millisecond) {
		return 0
	}
	return time.Duration(ms * float64(time.Millisecond))
}
