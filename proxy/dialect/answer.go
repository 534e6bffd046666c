package dialect

import "spillway/engine"

// ErrorInfo is an error the proxy answers with.
type ErrorInfo struct {
	// Status is the HTTP status; 0 = from Reason.
	Status    int
	Reason    engine.Reason
	Message   string
	RequestID string
}

// ErrorBody is a whole JSON error answer in the dialect.
func ErrorBody(api engine.API, e ErrorInfo) []byte { return nil }

// ErrorEvent is the same error as one server-sent event, which ends a stream that broke.
func ErrorEvent(api engine.API, ep Endpoint, e ErrorInfo) []byte { return nil }

// KeepAlive is an event that tells the client nothing but that the connection lives.
func KeepAlive(api engine.API, ep Endpoint) []byte { return nil }

// GateStatus is the status of an answer that a gate held back: 529, or 503 in the OpenAI dialect.
func GateStatus(api engine.API) int { return 0 }

// Status is the HTTP status that stands for a reason in the dialect.
func Status(api engine.API, reason engine.Reason) int { return 0 }
