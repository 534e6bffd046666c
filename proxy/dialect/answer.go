package dialect

import (
	"github.com/tidwall/gjson"

	"spillway/engine"
)

// ErrorInfo is an error the proxy answers with.
type ErrorInfo struct {
	// Status is the HTTP status of the answer; 0 = the one that stands for Reason.
	Status int
	// Reason decides the dialect's own words for the error; "" = Status does.
	Reason    engine.Reason
	Message   string
	RequestID string
}

// ErrorBody is a whole JSON error answer in the dialect.
func ErrorBody(api engine.API, e ErrorInfo) []byte {
	if api == engine.OpenAI {
		return append(appendErrorObject([]byte(`{"error":`), e), '}')
	}
	b := append([]byte(`{"type":"error","error":{"type":"`), wordsFor(api, e).kind...)
	b = gjson.AppendJSONString(append(b, `","message":`...), e.Message)
	b = append(b, `},"request_id":`...)
	if e.RequestID == "" {
		return append(b, `null}`...)
	}
	return append(gjson.AppendJSONString(b, e.RequestID), '}')
}

// appendErrorObject writes OpenAI's error object.
func appendErrorObject(b []byte, e ErrorInfo) []byte {
	words := wordsFor(engine.OpenAI, e)
	b = gjson.AppendJSONString(append(b, `{"message":`...), e.Message)
	b = append(append(b, `,"type":"`...), words.kind...)
	b = append(append(b, `","param":null,"code":"`...), words.code...)
	return append(b, `"}`...)
}

// ErrorEvent is the same error as one server-sent event, for the end of a stream that broke. After it there must be neither
// message_stop nor [DONE].
func ErrorEvent(api engine.API, ep Endpoint, e ErrorInfo) []byte {
	switch {
	case api != engine.OpenAI:
		return event("error", ErrorBody(api, e))
	case ep != Responses:
		return event("", ErrorBody(api, e))
	}
	// The documented event has code and message at its top; the live API nests them as well, and only that makes SDKs fail.
	b := append([]byte(`{"type":"error","sequence_number":0,"code":"`), wordsFor(api, e).code...)
	b = gjson.AppendJSONString(append(b, `","message":`...), e.Message)
	b = appendErrorObject(append(b, `,"param":null,"error":`...), e)
	return event("error", append(b, '}'))
}

// KeepAlive is an event that says nothing but that the connection lives.
func KeepAlive(api engine.API, _ Endpoint) []byte {
	if api == engine.OpenAI {
		return []byte(": keep-alive\n\n")
	}
	return event("ping", []byte(`{"type": "ping"}`))
}

func event(name string, data []byte) []byte {
	var b []byte
	if name != "" {
		b = append(append(append(b, "event: "...), name...), '\n')
	}
	return append(append(append(b, "data: "...), data...), "\n\n"...)
}
