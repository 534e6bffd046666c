package simtarget

import (
	"fmt"
	"strconv"
	"time"

	"spillway/engine"
)

// Fault is an error as a target words it.
type Fault struct {
	Status int
	// Type is error.type.
	Type string
	// Code is error.code, which Anthropic has at error.details.error_code; "" = none.
	Code string
	// Param is OpenAI's error.param; "" = none.
	Param   string
	Message string
	// RetryAfter is the header of that name, in whole seconds; 0 = absent.
	RetryAfter time.Duration
}

// Fails answers with the fault's status and the dialect's error body.
func Fails(f Fault) Behaviour {
	return func(r *Seen) Answer {
		a := whole(r, strconv.Itoa(f.Status), f.Status, []byte(f.body(r)))
		if f.RetryAfter > 0 {
			a.Fields = append(a.Fields, Field{"retry-after", strconv.Itoa(int(f.RetryAfter / time.Second))})
		}
		return a
	}
}

// FailsAfter streams the first n events of what good answers, then the fault as an event of a 200, after which the
// stream ends cleanly; n = 0 makes the fault the first event. A request for no stream gets the fault's own status.
func FailsAfter(n int, f Fault, good Behaviour) Behaviour {
	return func(r *Seen) Answer {
		a := good(r)
		if !a.Chunked {
			return Fails(f)(r)
		}
		a.Name = strconv.Itoa(f.Status) + " in a 200"
		a.Pieces = append(a.Pieces[:min(n, len(a.Pieces)):len(a.Pieces)], f.event(r))
		return a
	}
}

// body is the error as the dialect's JSON.
func (f Fault) body(r *Seen) string {
	if r.API == engine.OpenAI {
		return `{"error":` + f.openaiError() + `}`
	}
	details := ""
	if f.Code != "" {
		details = `,"details":{"error_code":` + quote(f.Code) + `}`
	}
	return fmt.Sprintf(`{"type":"error","error":{"type":%s,"message":%s%s},"request_id":%q}`, quote(f.Type), quote(f.Message), details, id("req", r, 0))
}

func (f Fault) openaiError() string {
	return fmt.Sprintf(`{"message":%s,"type":%s,"param":%s,"code":%s}`, quote(f.Message), quote(f.Type), orNull(f.Param), orNull(f.Code))
}

// event is the error as an event of a stream.
func (f Fault) event(r *Seen) Piece {
	switch r.service() {
	case chat:
		return unnamed(f.body(r))
	case responses:
		return named("error", `{"type":"error","sequence_number":0,"error":`+f.openaiError()+`}`)
	}
	return named("error", f.body(r))
}

func orNull(text string) string {
	if text == "" {
		return "null"
	}
	return quote(text)
}
