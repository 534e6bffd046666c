package translate

import (
	"errors"
	"unsafe"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/sse"
)

// maxPending bounds what a stream holds back because it cannot be told yet.
const maxPending = 16 << 20

var (
	errTruncated = errors.New("translate: the stream ended before its answer did")
	errPending   = errors.New("translate: too much of a tool call came before what it belongs to")
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
		return &messageEvents{t: t, home: home}
	}
	return &chatEvents{
		t: t, home: home, tool: -1, tellUsage: parse(t.from.Value("stream_options")).Get("include_usage").Bool(),
	}
}

// view is an event's data as a document, without a copy: nothing of it may be kept.
func view(b []byte) gjson.Result {
	return gjson.Parse(unsafe.String(unsafe.SliceData(b), len(b)))
}

func isBlank(data []byte) bool { return len(data) == 0 }
