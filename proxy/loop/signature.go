package loop

import (
	"bytes"
	"fmt"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/model"
	"spillway/proxy/sse"
	"spillway/proxy/trim"
)

// disown takes thinking out of the conversation that the attempt's model would refuse, because another model wrote it. Without
// a target whose thinking could be foreign there is nothing to look for, and what came odd goes out odd.
func (t *try) disown() error {
	if !t.refusesForeign() || !t.mayBeForeign() || !bytes.Contains(t.call.Body, []byte(`thinking"`)) {
		return nil
	}
	if t.x.Floors.Trim || !t.x.Call.Outline().Movable {
		return nil
	}
	call, foreign, err := trim.Thinking(t.call, t.Signatures.Foreign)
	if err != nil || foreign == 0 {
		return err
	}
	t.call = call
	t.edits = append(t.edits, fmt.Sprintf("trim;foreign_thinking=%d", foreign))
	return nil
}

// refusesForeign says whether the attempt's model checks the signatures of thinking.
func (t *try) refusesForeign() bool {
	return t.x.Call.Endpoint == dialect.Messages && t.target.Dialect == engine.Anthropic && model.Signs(t.model)
}

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
	return t.across == nil && t.call.Endpoint == dialect.Messages && !model.Signs(t.model)
}

// learnSignature takes the signatures of one event of an answer.
func (r *Relay) learnSignature(event sse.Event) {
	if r.foreign {
		r.try.Signatures.LearnEvent(event.Data)
	}
}
