package dialect

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"spillway/engine"
	"spillway/proxy/failure"
	"spillway/proxy/sse"
)

func TestErrorBody(t *testing.T) {
	for _, c := range []struct {
		api  engine.API
		info ErrorInfo
		want string
	}{
		{engine.Anthropic, ErrorInfo{Reason: engine.ReasonOverloaded, Message: `say "when"`, RequestID: "req_1"}, `{"type":"error","error":{"type":"overloaded_error","message":"say \"when\""},"request_id":"req_1"}`},
		{engine.Anthropic, ErrorInfo{Status: 400, Message: "m"}, `{"type":"error","error":{"type":"invalid_request_error","message":"m"},"request_id":null}`},
		{engine.Anthropic, ErrorInfo{Status: 418, Reason: engine.ReasonRateLimit, Message: "m"}, `{"type":"error","error":{"type":"rate_limit_error","message":"m"},"request_id":null}`},
		{engine.OpenAI, ErrorInfo{Reason: engine.ReasonQueueFull, Message: "m", RequestID: "req_1"}, `{"error":{"message":"m","type":"service_unavailable_error","param":null,"code":"server_is_overloaded"}}`},
		{engine.OpenAI, ErrorInfo{Status: 413, Message: "m"}, `{"error":{"message":"m","type":"invalid_request_error","param":null,"code":"request_too_large"}}`},
	} {
		if got := string(ErrorBody(c.api, c.info)); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestStatus(t *testing.T) {
	for reason, want := range map[engine.Reason][2]int{
		engine.ReasonOverloaded: {529, 503}, engine.ReasonPaused: {529, 503}, engine.ReasonQueueTimeout: {529, 503}, engine.ReasonQueueFull: {529, 503},
		engine.ReasonBudget: {529, 503}, engine.ReasonDeadline: {529, 503}, engine.ReasonConnection: {502, 502}, engine.ReasonTimeout: {504, 504},
		engine.ReasonUnfit: {400, 400}, engine.ReasonInvalid: {400, 400}, engine.ReasonSpendLimit: {402, 429}, engine.ReasonAuth: {401, 401},
		engine.ReasonServer: {500, 500}, "": {500, 500},
	} {
		if got := [2]int{Status(engine.Anthropic, reason), Status(engine.OpenAI, reason)}; got != want {
			t.Errorf("%s: %v, want %v", reason, got, want)
		}
	}
	if GateStatus(engine.Anthropic) != 529 || GateStatus(engine.OpenAI) != 503 {
		t.Error("a gate answers", GateStatus(engine.Anthropic), GateStatus(engine.OpenAI))
	}
}

// What Spillway answers must mean the same to whoever reads it as a target's answer: another Spillway, or our own relay.
func TestAnswersReadAsWhatTheyMean(t *testing.T) {
	for _, api := range []engine.API{engine.Anthropic, engine.OpenAI} {
		for _, reason := range engine.Reasons {
			want := reason
			switch reason {
			case engine.ReasonPaused, engine.ReasonQueueTimeout, engine.ReasonQueueFull, engine.ReasonBudget, engine.ReasonDeadline:
				want = engine.ReasonOverloaded
			case engine.ReasonUnfit:
				want = engine.ReasonInvalid
			case engine.ReasonConnection:
				want = engine.ReasonServer
			case engine.ReasonSpendLimit, engine.ReasonBilling:
				want = map[engine.API]engine.Reason{engine.Anthropic: engine.ReasonBilling, engine.OpenAI: engine.ReasonSpendLimit}[api]
			case engine.ReasonRefused, engine.ReasonContextTooLong:
				if api == engine.Anthropic { // tells them in its message only
					want = engine.ReasonInvalid
				}
			}
			body := ErrorBody(api, ErrorInfo{Reason: reason, Message: "m"})
			if got := failure.Read(failure.Answer{API: api, Status: Status(api, reason), Body: body}); got.Reason != want || got.Message != "m" {
				t.Errorf("%s %s: read as %s, %q", api, reason, got.Reason, got.Message)
			}
		}
	}
}

func TestErrorEventEndsAStreamAsAFailure(t *testing.T) {
	for name, e := range endpoints {
		event := ErrorEvent(e.api, e.ep, ErrorInfo{Reason: engine.ReasonOverloaded, Message: "a\nb"})
		r := sse.NewReader(strings.NewReader(string(event)), 1<<10)
		got, err := r.Next()
		if err != nil || string(got.Raw) != string(event) || !json.Valid(got.Data) {
			t.Fatalf("%s: %q, %v", name, event, err)
		}
		w := NewWatch(e.api, e.ep)
		if step := w.Step(got); step != Failure || w.Complete() {
			t.Errorf("%s: %s, complete %v", name, step, w.Complete())
		}
		reading := failure.Read(failure.Answer{API: e.api, Status: 200, Body: got.Data, InStream: true})
		if reading.Reason != engine.ReasonOverloaded || reading.Message != "a b" {
			t.Errorf("%s: read as %s, %q", name, reading.Reason, reading.Message)
		}
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("%s: more than one event", name)
		}
		r.Release()
	}
	want := "event: error\ndata: {\"type\":\"error\",\"sequence_number\":0,\"code\":\"server_is_overloaded\",\"message\":\"m\",\"param\":null," +
		"\"error\":{\"message\":\"m\",\"type\":\"service_unavailable_error\",\"param\":null,\"code\":\"server_is_overloaded\"}}\n\n"
	if got := string(ErrorEvent(engine.OpenAI, Responses, ErrorInfo{Reason: engine.ReasonOverloaded, Message: "m"})); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestKeepAliveIsPreamble(t *testing.T) {
	for name, e := range endpoints {
		r := sse.NewReader(strings.NewReader(string(KeepAlive(e.api, e.ep))), 1<<10)
		event, err := r.Next()
		if err != nil || name != "other" && NewWatch(e.api, e.ep).Step(event) != Preamble {
			t.Errorf("%s: %q, %v", name, event.Raw, err)
		}
		r.Release()
	}
}
