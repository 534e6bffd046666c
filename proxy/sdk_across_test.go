package proxy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

// gist is what an answer means, whatever its dialect.
type gist struct {
	Text, Thought, Stop string
	Tools               []string
}

func gistOf(message string) (g gist) {
	doc := gjson.Parse(message)
	for _, block := range doc.Get("content").Array() {
		switch block.Get("type").Str {
		case "text":
			g.Text += block.Get("text").String()
		case "thinking":
			g.Thought += block.Get("thinking").String()
		case "tool_use":
			g.Tools = append(g.Tools, block.Get("name").String()+" "+gjson.Get(block.Raw, "input|@ugly").Raw)
		}
	}
	choice := doc.Get("choices.0")
	g.Text += choice.Get("message.content").String()
	for _, call := range choice.Get("message.tool_calls").Array() {
		g.Tools = append(g.Tools, call.Get("function.name").String()+" "+gjson.Get(call.Get("function.arguments").String(), "@ugly").Raw)
	}
	g.Stop = doc.Get("stop_reason").String() + choice.Get("finish_reason").String()
	return g
}

// other is the dialect that a client does not speak.
var other = map[engine.API]engine.API{engine.Anthropic: engine.OpenAI, engine.OpenAI: engine.Anthropic}

// What an SDK makes of an answer that crossed dialects is what it makes of the same answer in its own.
func TestSDKsGetTheSameAnswerAcrossDialects(t *testing.T) {
	// A target may close a kept-alive connection just as the next request takes it: that is sent again.
	toFirst := map[string]string{"overload.ts": `export function decide(r, attempts) { return attempts.some((a) => a.retry !== "same") ? { fail: "last" } : { send: "a" } }`}
	labs := map[engine.API]*lab{}
	for from, to := range other {
		labs[from] = start(t, setup{Targets: []simtarget.Config{{Dialect: to, Behaviour: byModel(contents)}}, Policies: toFirst})
	}
	each(t, contents, func(t *testing.T, s sdk, model string, stream bool) {
		if s.name == "responses" {
			return // they do not cross
		}
		want := gistOf(s.ask(t, direct(t, s.api, byModel(contents)), model, stream).Message)
		got := s.ask(t, s.base(labs[s.api].URL), model, stream)
		if got.Failure != (failure{}) || stream && got.Starts != 1 {
			t.Fatalf("the SDK got %+v", got)
		}
		now := gistOf(got.Message)
		now.Thought, want.Thought = "", ""
		if diff := cmp.Diff(want, now); diff != "" {
			t.Errorf("%s\n%s", diff, got.Message)
		}
	})
}

// Failures before any content leave room for another target, of either dialect.
func TestSDKsAreServedAcrossDialectsAfterAFailure(t *testing.T) {
	labs := map[engine.API]*lab{}
	for from, to := range other {
		labs[from] = start(t, setup{
			Targets:  []simtarget.Config{{Dialect: from, Behaviour: byModel(early)}, {Dialect: to, Behaviour: hello}},
			Policies: map[string]string{"overload.ts": `export function decide(request, attempts) { return attempts.length ? { send: "b" } : { send: "a", timeout: 150 } }`},
		})
	}
	each(t, early, func(t *testing.T, s sdk, model string, stream bool) {
		if s.name == "responses" {
			return
		}
		got := s.ask(t, s.base(labs[s.api].URL), model, stream)
		if g := gistOf(got.Message); got.Failure != (failure{}) || g.Text != "Hello, this is the whole of it." {
			t.Errorf("the SDK got %+v", got)
		}
	})
}

// And when the other dialect's target fails, the SDK reads an error in its own.
func TestSDKsReadErrorsOfTheOtherDialect(t *testing.T) {
	toFirst := map[string]string{"overload.ts": `export function decide(r, attempts) { return attempts.length ? { fail: "last" } : { send: "a", timeout: 150 } }`}
	labs := map[engine.API]*lab{}
	for from, to := range other {
		labs[from] = start(t, setup{Targets: []simtarget.Config{{Dialect: to, Behaviour: byModel(early)}}, Policies: toFirst})
	}
	each(t, early, func(t *testing.T, s sdk, model string, stream bool) {
		if s.name == "responses" || model == "wrong-length" && stream {
			return // streams have no length
		}
		got := s.ask(t, s.base(labs[s.api].URL), model, stream).Failure
		if got.Status < 400 || got.Type == "" || got.Message == "" || got.RequestID == "" {
			t.Errorf("the SDK got %+v", got)
		}
	})
}
