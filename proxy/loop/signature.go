package loop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/model"
	"spillway/proxy/rawjson"
	"spillway/proxy/sse"
	"spillway/proxy/trim"
)

// disown takes thinking out of the conversation that the attempt's model would refuse, because another model wrote it. Without
// a target whose thinking could be foreign there is nothing to look for, and what came odd goes out odd.
func (t *try) disown() error {
	if !t.refusesForeign() || !t.mayBeForeign() || !bytes.Contains(t.call.Body, []byte(`thinking"`)) {
		return nil
	}
	if !t.x.Call.Outline().Movable {
		return nil
	}
	call, foreign, err := trim.Thinking(t.call, t.Signatures.Foreign)
	switch {
	case err != nil || foreign == 0:
		return err
	case t.x.Floors.Trim:
		return fmt.Errorf("%s would refuse the thinking of another model, and the caller forbids to trim it", t.model)
	}
	t.call = call
	t.edits = append(t.edits, fmt.Sprintf("trim;foreign_thinking=%d", foreign))
	return nil
}

// disownAll takes a target's word that it refuses thinking in the request, which another model may have written before Spillway
// was started, or behind another proxy. From then on all thinking in it is foreign. It says whether the request may be sent
// again without.
func (t *try) disownAll() bool {
	if !t.refusesForeign() || t.x.Floors.Trim || !t.x.Call.Outline().Movable {
		return false
	}
	return t.Signatures.LearnRefused(t.call.Value("messages"))
}

// pauseThinking turns thinking off for an attempt in the middle of a round of tools that did not begin with thinking, because
// another model called them: Claude refuses that of requests with a budget, and only of those (Anthropic docs, extended thinking).
func (t *try) pauseThinking() error {
	thinking := gjson.GetBytes(t.call.Value("thinking"), "type").Str
	if thinking != "enabled" || !t.refusesForeign() || !t.mayBeForeign() || model.Find(t.model).Thinking != model.Budget || !amidForeignRound(t.call) {
		return nil
	}
	if _, set := t.send.Body["thinking"]; !set {
		t.send.Body = with(t.send.Body, "thinking", json.RawMessage(`{"type":"disabled"}`))
	}
	return nil
}

// amidForeignRound says whether a request ends with what tools gave for an answer that did not begin with thinking.
func amidForeignRound(call *dialect.Call) bool {
	var answer, last []byte
	for message := range rawjson.Elements(call.Value("messages")) {
		answer, last = last, message
	}
	opens := func(message []byte, kinds ...string) bool {
		return slices.Contains(kinds, gjson.GetBytes(message, "content.0.type").Str)
	}
	return opens(last, "tool_result") && gjson.GetBytes(answer, "role").Str == "assistant" && !opens(answer, "thinking", "redacted_thinking")
}

// refusesForeign says whether the attempt's model checks the signatures of thinking.
func (t *try) refusesForeign() bool {
	return t.x.Call.Endpoint == dialect.Messages && t.target.Dialect == engine.Anthropic && t.signs()
}

// signs says whether the attempt's model signs its thinking as Claude does. DeepSeek, for one, answers to Claude's names.
func (t *try) signs() bool { return model.Signs(t.model) && !t.target.Server.NoSignatures }

// mayBeForeign says whether any thinking could come from a model that does not sign as Claude does.
func (t *try) mayBeForeign() bool {
	for _, target := range t.x.Targets {
		if target.Dialect != engine.Anthropic {
			return true
		}
	}
	return t.Signatures.Some()
}

// learnsSignatures says whether what the answer signs is foreign to the models that check it.
func (t *try) learnsSignatures() bool {
	return t.across == nil && t.call.Endpoint == dialect.Messages && !t.signs()
}

// learnSignature takes the signatures of one event of an answer.
func (r *Relay) learnSignature(event sse.Event) {
	if r.foreign {
		r.try.Signatures.LearnEvent(event.Data)
	}
}
