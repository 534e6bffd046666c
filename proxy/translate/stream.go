package translate

import (
	"errors"
	"unsafe"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/sse"
)

var (
	errTruncated = errors.New("translate: the stream ended before its answer did")
	errPending   = errors.New("translate: too much came before a tool call was complete")
)

// Stream tells a target's events in the caller's dialect, each as soon as it can be told. One goroutine owns it. Its memory is
// bounded, and does not grow with the stream unless tool calls come interleaved.
type Stream interface {
	// Step appends what one event of the target is to the caller. Events that say they are errors are not for it.
	Step(dst []byte, e sse.Event) ([]byte, error)
	// End appends what ends the answer, once the target's stream has ended and its answer is complete. It fails when the answer
	// has no end: no caller may take a part for the whole.
	End(dst []byte) ([]byte, error)
}

// Stream begins to tell the request's answer.
func (t *Translation) Stream(home Home) Stream {
	if t.from.API == engine.Anthropic {
		return &messageEvents{t: t, blocks: blocks{home: home}}
	}
	return &chatEvents{
		t: t, home: home, tellUsage: view(t.from.Value("stream_options")).Get("include_usage").Bool(),
	}
}

// view is JSON as a document, without a copy: nothing of it may be kept longer than the bytes, which for an event's are the step's.
func view(b []byte) gjson.Result {
	return gjson.Parse(unsafe.String(unsafe.SliceData(b), len(b)))
}

// isBlank says whether an event has no data, such as a comment alone.
func isBlank(e sse.Event) bool { return len(e.Data) == 0 }

// appendComment hands a comment on, which keeps connections alive in both dialects, and nothing else.
func appendComment(dst []byte, e sse.Event) []byte {
	if len(e.Name) == 0 && len(e.Raw) > 0 && e.Raw[0] == ':' {
		return append(dst, e.Raw...)
	}
	return dst
}
