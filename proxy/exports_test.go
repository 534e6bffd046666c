package proxy_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	metricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	tracespb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	spanpb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"spillway/proxy/simtarget"
)

// collector takes OTLP over HTTP, as OpenTelemetry's own does.
type collector struct {
	URL string

	mu       sync.Mutex
	spans    []*spanpb.Span
	metrics  map[string][]string // by name, the attributes of its points where it has any
	resource string
	raw      bytes.Buffer
}

func collect(t *testing.T) *collector {
	t.Helper()
	c := &collector{metrics: map[string][]string{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

// ServeHTTP implements [http.Handler].
func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(body)
	var err error
	switch r.URL.Path {
	case "/v1/traces":
		err = c.traces(body)
	case "/v1/metrics":
		err = c.measures(body)
	default:
		err = fmt.Errorf("no such path %s", r.URL.Path)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func (c *collector) traces(body []byte) error {
	var request tracespb.ExportTraceServiceRequest
	if err := proto.Unmarshal(body, &request); err != nil {
		return err
	}
	for _, r := range request.GetResourceSpans() {
		c.resource = worded(r.GetResource().GetAttributes())
		for _, s := range r.GetScopeSpans() {
			c.spans = append(c.spans, s.GetSpans()...)
		}
	}
	return nil
}

func (c *collector) measures(body []byte) error {
	var request metricspb.ExportMetricsServiceRequest
	if err := proto.Unmarshal(body, &request); err != nil {
		return err
	}
	for _, r := range request.GetResourceMetrics() {
		for _, s := range r.GetScopeMetrics() {
			for _, m := range s.GetMetrics() {
				c.metrics[m.GetName()] = append(c.metrics[m.GetName()], "")
				for _, point := range m.GetHistogram().GetDataPoints() {
					c.metrics[m.GetName()] = append(c.metrics[m.GetName()], worded(point.GetAttributes()))
				}
			}
		}
	}
	return nil
}

// worded is "a=1 b=2 " of attributes.
func worded(attributes []*common.KeyValue) string {
	var b strings.Builder
	for _, a := range attributes {
		switch v := a.GetValue().GetValue().(type) {
		case *common.AnyValue_StringValue:
			fmt.Fprintf(&b, "%s=%s ", a.GetKey(), v.StringValue)
		case *common.AnyValue_IntValue:
			fmt.Fprintf(&b, "%s=%d ", a.GetKey(), v.IntValue)
		case *common.AnyValue_BoolValue:
			fmt.Fprintf(&b, "%s=%t ", a.GetKey(), v.BoolValue)
		}
	}
	return b.String()
}

// named are the spans of a name.
func (c *collector) named(name string) (found []*spanpb.Span) {
	for _, s := range c.spans {
		if s.GetName() == name {
			found = append(found, s)
		}
	}
	return found
}

// stop ends the lab, so that everything is exported.
func stop(t *testing.T, l *lab) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	l.Shutdown(ctx)
}

const (
	callersTrace = "0af7651916cd43dd8448eb211c80319c"
	callersSpan  = "b7ad6b7169203331"
	traceparent  = "00-" + callersTrace + "-" + callersSpan + "-01"
)

// retryOnce sends twice, and looks at nothing.
var retryOnce = map[string]string{"overload.ts": `export function decide(request, attempts) {
  return attempts.length > 1 ? { fail: "last" } : { send: "a", because: "try " + (attempts.length + 1) };
}`}

func TestTraces(t *testing.T) {
	c := collect(t)
	l := start(t, setup{
		Targets:  []simtarget.Config{{Behaviour: simtarget.InTurn(simtarget.Overloaded(), simtarget.Message("the answer's words"))}},
		Policies: retryOnce, Config: "telemetry: { otlp: " + c.URL + " }\n",
	})
	id := l.Post(t, "/v1/messages", strings.Replace(message(true), "hello", "the prompt's words", 1), "Traceparent", traceparent).Header.Get("X-Spillway-Id")
	stop(t, l)

	roots, decisions, attempts := c.named("POST /v1/messages"), c.named("decide overload"), c.named("chat claude-opus-5-5")
	if len(roots) != 1 || len(decisions) != 2 || len(attempts) != 2 || len(c.spans) != 5 {
		t.Fatalf("spans: %v", c.spans)
	}
	for _, s := range c.spans {
		if hex.EncodeToString(s.GetTraceId()) != callersTrace {
			t.Errorf("%s is of another trace", s.GetName())
		}
		if s != roots[0] && !bytes.Equal(s.GetParentSpanId(), roots[0].GetSpanId()) {
			t.Errorf("%s is no child of the request", s.GetName())
		}
		if s.GetEndTimeUnixNano() < s.GetStartTimeUnixNano() || s.GetStartTimeUnixNano() < roots[0].GetStartTimeUnixNano() || s.GetEndTimeUnixNano() > roots[0].GetEndTimeUnixNano() {
			t.Errorf("%s is from %d to %d, the request from %d to %d", s.GetName(), s.GetStartTimeUnixNano(), s.GetEndTimeUnixNano(), roots[0].GetStartTimeUnixNano(), roots[0].GetEndTimeUnixNano())
		}
	}
	if hex.EncodeToString(roots[0].GetParentSpanId()) != callersSpan || roots[0].GetKind() != spanpb.Span_SPAN_KIND_SERVER {
		t.Errorf("the request: %v", roots[0])
	}
	for i, seen := range l.Targets[0].Requests() {
		want := "00-" + callersTrace + "-" + hex.EncodeToString(attempts[i].GetSpanId()) + "-01"
		if got := seen.Header("Traceparent"); got != want || bytes.Count(bytes.ToLower(seen.Head), []byte("traceparent:")) != 1 {
			t.Errorf("attempt %d: the target saw %q, want %q", i, got, want)
		}
	}
	for want, span := range map[string]*spanpb.Span{
		"spillway.request.id=" + id:                      roots[0],
		"spillway.outcome=ok spillway.sends=2 ":          roots[0],
		"policies/overload.ts:2:3 spillway.decision.out": decisions[0],
		"spillway.decision.because=try 2 ":               decisions[1],
		"error.type=overloaded ":                         attempts[0],
		"http.response.status_code=529 ":                 attempts[0],
		"gen_ai.operation.name=chat ":                    attempts[1],
		"gen_ai.provider.name=anthropic ":                attempts[1],
		"gen_ai.request.model=claude-opus-5-5 ":          attempts[1],
		"server.address=127.0.0.1 server.port=":          attempts[1],
		"gen_ai.usage.input_tokens=":                     attempts[1],
		"gen_ai.usage.output_tokens=":                    attempts[1],
		"spillway.target=a gen_ai.response.model=claude": roots[0],
	} {
		if got := worded(span.GetAttributes()); !strings.Contains(got, want) {
			t.Errorf("%s has not %q: %s", span.GetName(), want, got)
		}
	}
	if attempts[0].GetStatus().GetCode() != spanpb.Status_STATUS_CODE_ERROR || attempts[1].GetStatus().GetCode() == spanpb.Status_STATUS_CODE_ERROR {
		t.Errorf("statuses: %v, %v", attempts[0].GetStatus(), attempts[1].GetStatus())
	}
	if !strings.Contains(c.resource, "service.name=spillway ") {
		t.Errorf("the resource: %s", c.resource)
	}
	for _, secret := range []string{"prompt's words", "answer's words", "target-key-a"} {
		if bytes.Contains(c.raw.Bytes(), []byte(secret)) {
			t.Errorf("%q was exported", secret)
		}
	}
}

func TestExportedMetrics(t *testing.T) {
	c := collect(t)
	l := start(t, setup{
		Targets:  []simtarget.Config{{Behaviour: simtarget.InTurn(simtarget.Overloaded(), simtarget.Message("hello"))}},
		Policies: retryOnce, Config: "telemetry: { otlp: " + c.URL + ", sample: 0% }\n",
	})
	l.Post(t, "/v1/messages", message(false))
	stop(t, l)
	if len(c.spans) > 0 {
		t.Errorf("none of the requests should be traced: %v", c.spans)
	}
	durations := strings.Join(c.metrics["gen_ai.client.operation.duration"], "\n")
	if !strings.Contains(durations, "error.type=overloaded ") || strings.Count(durations, "gen_ai.operation.name=chat ") != 2 {
		t.Errorf("durations: %s", durations)
	}
	tokens := strings.Join(c.metrics["gen_ai.client.token.usage"], "\n")
	if !strings.Contains(tokens, "gen_ai.token.type=input ") || !strings.Contains(tokens, "gen_ai.token.type=output ") {
		t.Errorf("tokens: %s", tokens)
	}
	if c.metrics["spillway_requests_total"] == nil || c.metrics["spillway_gate_paused"] == nil {
		t.Errorf("Prometheus' metrics are not there: %v", c.metrics)
	}
}

// The environment alone turns it on, and off whatever the configuration says.
func TestTelemetryByEnvironment(t *testing.T) {
	for name, c := range map[string]struct {
		env   map[string]string
		spans bool
	}{
		"endpoint":       {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "collector", "OTEL_SERVICE_NAME": "gateway"}, true},
		"traces alone":   {map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "collector/v1/traces", "OTEL_RESOURCE_ATTRIBUTES": "service.name=gateway"}, true},
		"nothing":        {nil, false},
		"disabled":       {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "collector", "OTEL_SDK_DISABLED": "true"}, false},
		"no traces":      {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "collector", "OTEL_TRACES_EXPORTER": "none"}, false},
		"none by sample": {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "collector", "OTEL_TRACES_SAMPLER": "always_off"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			to := collect(t)
			for name, value := range c.env {
				t.Setenv(name, strings.Replace(value, "collector", to.URL, 1))
			}
			l := start(t, setup{Targets: []simtarget.Config{{}}})
			l.Post(t, "/v1/messages", message(false))
			stop(t, l)
			if got := len(to.spans) > 0; got != c.spans {
				t.Errorf("spans: %v", to.spans)
			}
			if c.spans && !strings.Contains(to.resource, "service.name=gateway ") {
				t.Errorf("the resource: %s", to.resource)
			}
		})
	}
}

// Without telemetry the caller's own trace context travels on as it came.
func TestTraceContextTravelsOn(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	l.Post(t, "/v1/messages", message(false), "Traceparent", traceparent, "Tracestate", "vendor=1")
	if seen := l.Targets[0].Requests()[0]; seen.Header("Traceparent") != traceparent || seen.Header("Tracestate") != "vendor=1" {
		t.Errorf("the target saw %s", seen.Head)
	}
}

// What a policy sets wins over the trace and over the caller, however it writes the name, and goes out in one order.
func TestPolicysHeadersWin(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}, Config: "telemetry: { otlp: " + collect(t).URL + " }\n", Policies: map[string]string{
		"overload.ts": `export const decide = () => ({ send: "a", headers: { "X-B": "2", "TraceParent": "mine", "X-A": "1" } });`,
	}})
	l.Post(t, "/v1/messages", message(false), "Traceparent", traceparent, "X-A", "the caller's")
	head := string(l.Targets[0].Requests()[0].Head)
	if strings.Count(strings.ToLower(head), "traceparent:") != 1 || strings.Contains(head, "caller's") || !strings.Contains(head, "TraceParent: mine\r\nX-A: 1\r\nX-B: 2\r\n") {
		t.Error(head)
	}
}

// A collector that is not there costs a request nothing, and the log says so.
func TestCollectorThatIsNotThere(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "100")
	l := start(t, setup{Targets: []simtarget.Config{{}}, Config: "telemetry: { otlp: http://127.0.0.1:1 }\n"})
	if got := l.Post(t, "/v1/messages", message(false)); got.StatusCode != 200 {
		t.Errorf("%d %s", got.StatusCode, got.Body)
	}
	stop(t, l)
	if log := l.Log.String(); !strings.Contains(log, "export") {
		t.Errorf("the log does not say that exporting failed: %s", log)
	}
}
