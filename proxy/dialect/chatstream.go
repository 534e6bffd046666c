package dialect

import (
	"bytes"

	"github.com/tidwall/gjson"

	"spillway/proxy/sse"
)

// chat reads one event of OpenAI's chat completions.
func (w *Watch) chat(e sse.Event) Step {
	if bytes.Equal(bytes.TrimSpace(e.Data), []byte("[DONE]")) {
		w.odd(!w.complete, "[DONE] without a finish_reason")
		w.complete = true
		return Terminal
	}
	step := Preamble
	if string(e.Name) == "error" {
		step = Failure
	}
	parse(e.Data).ForEach(func(key, value gjson.Result) bool {
		step = max(step, w.chunkField(key.Str, value))
		return true
	})
	return step
}

// chunkField reads one top-level field of a chunk.
func (w *Watch) chunkField(name string, value gjson.Result) Step {
	step := Preamble
	switch name {
	case "model":
		w.usage.model(value)
	case "usage":
		w.usage.chat(value)
	case "choices":
		value.ForEach(func(_, choice gjson.Result) bool {
			step = max(step, w.choice(choice))
			return true
		})
	case "error":
		if value.Type != gjson.Null {
			step = Failure
		}
	case "object":
		if value.Str == "error" { // older vLLM
			step = Failure
		}
	}
	return step
}

// choice reads one choice of a chunk. Delta members that we do not know may be text under another name, as reasoning is.
func (w *Watch) choice(choice gjson.Result) Step {
	index := choice.Get("index").Int()
	w.choices.seen(index)
	delta := choice.Get("delta")
	step := w.contentIf(saysSomething(delta, "role"), delta)
	switch finish := choice.Get("finish_reason").Str; {
	case finish == "":
		return step
	case failedAs(finish):
		return Failure
	}
	w.choices.finished(index)
	w.complete = w.choices.allFinished()
	return Terminal
}

// failedAs says whether a reason to finish is a failure: DeepSeek ran out of capacity, or OpenRouter's target broke.
func failedAs(finish string) bool {
	return finish == "insufficient_system_resource" || finish == "error"
}

// choiceSet knows which choices have begun and which have finished. A request asks for at most 128.
type choiceSet struct{ begun, done [2]uint64 }

func (s *choiceSet) seen(index int64) {
	if 0 <= index && index < 128 {
		s.begun[index/64] |= 1 << (index % 64)
	}
}

func (s *choiceSet) finished(index int64) {
	if 0 <= index && index < 128 {
		s.done[index/64] |= 1 << (index % 64)
	}
}

func (s *choiceSet) allFinished() bool { return s.begun == s.done }
