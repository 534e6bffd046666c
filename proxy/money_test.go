package proxy_test

import (
	"encoding/json"
	"log/slog"
	"math"
	"strings"
	"testing"

	"spillway/proxy/simtarget"
)

const cachedAnswer = `{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5-5","content":[{"type":"text","text":"hello"}],` +
	`"stop_reason":"end_turn","usage":{"input_tokens":1000,"output_tokens":100,"cache_read_input_tokens":10000,"cache_creation_input_tokens":2000,` +
	`"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":2000}}}`

// What an answer cost, and what the cache did to that, is the same in the trace, the access log and the metrics.
func TestCostOfAnAnswer(t *testing.T) {
	elses := strings.Replace(cachedAnswer, "claude-opus-5-5", "somebody-elses", 1)
	l := start(t, setup{
		Targets: []simtarget.Config{{Behaviour: simtarget.InTurn(simtarget.JSON(200, cachedAnswer), simtarget.JSON(200, elses), simtarget.JSON(200, cachedAnswer))}},
		Target:  "    price: { claude-opus-5-5: { input: 1000000, output: 10000000, cache_read: 100000, cache_write: 1250000 } }\n",
		Config:  "clients: [{ name: app, key: app-key-1 }]\n",
	})
	var log journal
	l.AccessLog(slog.New(slog.NewJSONHandler(&log, nil)))
	l.Post(t, "/v1/messages", message(false), "X-Api-Key", "app-key-1")
	l.Post(t, "/v1/messages", strings.Replace(message(false), "claude-opus-5-5", "somebody-elses", 1), "X-Api-Key", "app-key-1")
	l.Post(t, "/v1/messages", strings.Replace(message(false), "claude-opus-5-5", "my-deployment", 1), "X-Api-Key", "app-key-1") // the answer tells
	metrics := l.Get(t, "/metrics")
	stop(t, l)

	const dollars = 1000 + 1000 + 1000 + 4000 // input, output, read, written for an hour
	const saved = 12000 - 1000 - 4000
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	var line struct {
		Dollars float64 `json:"dollars"`
		Saved   float64 `json:"cache_saved_dollars"`
	}
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil || math.Abs(line.Dollars-dollars) > 1e-9 || math.Abs(line.Saved-saved) > 1e-9 {
		t.Errorf("want $%v and $%v saved: %v %s", dollars, saved, err, lines[0])
	}
	if strings.Contains(lines[1], "dollars") {
		t.Errorf("a price that nobody knows: %s", lines[1])
	}
	for _, want := range []string{
		`spillway_cost_dollars_total{model="claude-opus-5-5",target="a"} 7000`, `spillway_cache_dollars_total{effect="saved",target="a"} 14000`,
		`spillway_client_cost_dollars_total{client="app"} 14000`, `spillway_unpriced_answers_total{target="a"} 1`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s:\n%s", want, grep(metrics, "dollars", "unpriced"))
		}
	}
}

func TestCostInTheTrace(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: simtarget.JSON(200, cachedAnswer)}}})
	id := l.Post(t, "/v1/messages", message(false)).Header.Get("X-Spillway-Id")
	var story struct {
		Usage map[string]float64
		Cost  map[string]float64
	}
	if err := json.Unmarshal([]byte(l.Get(t, "/api/requests/"+id)), &story); err != nil {
		t.Fatal(err)
	}
	if story.Usage["cacheWriteLong"] != 2000 || math.Abs(story.Cost["dollars"]-.024) > 1e-9 || math.Abs(story.Cost["cacheSaved"]-.03) > 1e-9 {
		t.Errorf("by list price: %+v", story)
	}
}

// A policy sees what a request would cost, and the record says what it saw.
func TestPoliciesAskForCost(t *testing.T) {
	l := start(t, setup{
		Targets: []simtarget.Config{{Behaviour: simtarget.Message("hello")}, {Behaviour: simtarget.Message("hello")}},
		Target:  "    models: { dear: claude-opus-4-1 }\n",
		Policies: map[string]string{"overload.ts": `export default { decide(request, attempts, ctx) {
			if (!(ctx.cost("a") < ctx.cost("a", "dear")) || ctx.cost("b", "llama") !== null) return { fail: { status: 500, message: "odd" } };
			return { send: "b" };
		} };`},
	})
	a := l.Post(t, "/v1/messages", message(false))
	if a.Header.Get("X-Spillway-Target") != "b" {
		t.Fatalf("%d %s", a.StatusCode, a.Body)
	}
	var story struct {
		Steps []struct{ Saw map[string]*float64 }
	}
	if err := json.Unmarshal([]byte(l.Get(t, "/api/requests/"+a.Header.Get("X-Spillway-Id"))), &story); err != nil {
		t.Fatal(err)
	}
	saw := story.Steps[0].Saw
	unknown, asked := saw["ctx.cost(b, llama)"]
	if saw["ctx.cost(a)"] == nil || !(*saw["ctx.cost(a)"] > .01 && *saw["ctx.cost(a)"] < .011) || saw["ctx.cost(a, dear)"] == nil || !asked || unknown != nil {
		t.Errorf("saw %v", saw) // 500 tokens of output at $20 per million are a cent
	}
}

func grep(text string, parts ...string) (found string) {
	for line := range strings.Lines(text) {
		for _, part := range parts {
			if strings.Contains(line, part) {
				found += line
				break
			}
		}
	}
	return found
}
