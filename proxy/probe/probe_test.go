package probe_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"spillway/engine"
	"spillway/proxy/config"
	"spillway/proxy/model"
	"spillway/proxy/probe"
	"spillway/proxy/simtarget"
)

// patience is long: it ends only what would hang.
const patience = 10 * time.Second

func targetAt(api engine.API, url string, models ...string) config.Target {
	t := config.Target{
		Name: "one", Dialect: api, URL: url, Keys: ownKeys("sk-a-test-key"), Explicit: true, Server: model.FindServer("other", ""),
		Models: map[string]string{}, Timeouts: config.Timeouts{Connect: time.Second, FirstEvent: patience, Idle: patience, Total: patience},
	}
	for _, m := range models {
		t.Models["my-"+m] = m
	}
	return t
}

func ownKeys(values ...string) (keys []config.OwnKey) {
	for _, value := range values {
		keys = append(keys, config.NewOwnKey(value))
	}
	return keys
}

func serve(t *testing.T, api engine.API, b simtarget.Behaviour) string {
	t.Helper()
	s, err := simtarget.Start(simtarget.Config{Dialect: api, Behaviour: b})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s.URL()
}

func line(r probe.Result) string {
	return fmt.Sprint(r.Reached, " ", r.Authorised, " ", r.Exists, " ", r.Streams, " ", r.Tools)
}

// calls answers as a model does that calls a tool when it is offered one.
func calls() simtarget.Behaviour {
	with := simtarget.Says(simtarget.Content{Tools: []simtarget.Tool{{Name: "ok", Input: "{}"}}})
	without := simtarget.Says(simtarget.Content{Text: "ok"})
	return func(r *simtarget.Seen) simtarget.Answer {
		if strings.Contains(string(r.Body), `"tools"`) {
			return with(r)
		}
		return without(r)
	}
}

func TestWhatIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		behaviour simtarget.Behaviour
		want      string
		advice    string
	}{
		"all is well":       {calls(), "ok ok ok ok ok", ""},
		"no tool is called": {simtarget.Says(simtarget.Content{Text: "ok"}), "ok ok ok ok -", "answered without calling the tool"},
		"a wrong key":       {simtarget.Unauthorized(), "ok no - - -", "does not take this key"},
		"no such model":     {simtarget.NoSuchModel(), "ok ok no - -", "does not know the model model-x"},
		"a spent key":       {simtarget.SpendLimit(), "ok ok - - -", "reached its spend limit"},
		"overloaded":        {simtarget.Overloaded(), "ok ok - - -", "which is what Spillway is for"},
		"in the stream":     {simtarget.OverloadedInStream(), "ok ok - - -", "turned this away for now (overloaded)"},
		"cut short":         {simtarget.Truncated(simtarget.Message("ok")), "ok ok ok no -", "broke off while it answered"},
		"quotes the key":    {simtarget.Fails(simtarget.Fault{Status: 401, Type: "authentication_error", Message: "no: sk-a-test-key"}), "ok no - - -", "does not take this key: no: ***"},
		"an HTML page":      {simtarget.HTMLPage(404), "ok - - - -", "check `url` and `dialect`"},
	} {
		for _, api := range []engine.API{engine.Anthropic, engine.OpenAI} {
			t.Run(name+" "+string(api), func(t *testing.T) {
				t.Parallel()
				got := probe.Run([]config.Target{targetAt(api, serve(t, api, c.behaviour), "model-x")}, probe.Options{Patience: patience})
				if len(got) != 1 || line(got[0]) != c.want || got[0].Alias != "my-model-x" {
					t.Fatalf("%+v, want %s", got, c.want)
				}
				if advice := strings.Join(got[0].Advice, "\n"); !strings.Contains(advice, c.advice) || c.advice == "" && advice != "" {
					t.Errorf("advice: %s, want %q in it", advice, c.advice)
				}
			})
		}
	}
}

func TestAWrongPlaceIsPutRight(t *testing.T) {
	anthropic, openai := serve(t, engine.Anthropic, calls()), serve(t, engine.OpenAI, calls())
	for name, c := range map[string]struct {
		target config.Target
		advice string
	}{
		"the other dialect is there": {targetAt(engine.OpenAI, anthropic, "m"), "write `dialect: anthropic` and `url: " + anthropic + "`"},
		"and the reverse":            {targetAt(engine.Anthropic, strings.TrimSuffix(openai, "/v1"), "m"), "write `dialect: openai` and `url: " + openai + "`"},
		"without its /v1":            {targetAt(engine.OpenAI, strings.TrimSuffix(openai, "/v1"), "m"), "write `url: " + openai + "`"},
		"with a path too much":       {targetAt(engine.Anthropic, anthropic+"/anthropic", "m"), "write `url: " + anthropic + "`"},
		"nobody is there":            {targetAt(engine.Anthropic, "http://127.0.0.1:1", "m"), "cannot be reached"},
	} {
		got := probe.Run([]config.Target{c.target}, probe.Options{Patience: patience})
		if advice := strings.Join(got[0].Advice, "\n"); !strings.Contains(advice, c.advice) {
			t.Errorf("%s: %s; %s, want %q in it", name, line(got[0]), advice, c.advice)
		}
	}
}

func TestASmallModelIsAskedWhereNoneIsNamed(t *testing.T) {
	got := probe.Run([]config.Target{targetAt(engine.Anthropic, serve(t, engine.Anthropic, calls()))}, probe.Options{Patience: patience})
	if len(got) != 1 || got[0].Model != "claude-haiku-4-5" || !got[0].Good() {
		t.Errorf("%+v", got)
	}
}

func TestATargetWithoutAKeyIsAskedWithTheCallers(t *testing.T) {
	target := targetAt(engine.Anthropic, serve(t, engine.Anthropic, calls()), "m")
	target.Keys, target.ForwardCaller = nil, true
	if got := probe.Run([]config.Target{target}, probe.Options{}); !strings.Contains(strings.Join(got[0].Advice, ""), "set ANTHROPIC_API_KEY") {
		t.Errorf("%+v", got)
	}
	caller := func(engine.API) string { return "sk-the-callers" }
	if got := probe.Run([]config.Target{target}, probe.Options{Caller: caller}); !got[0].Good() {
		t.Errorf("%+v", got)
	}
}

func TestProgressEndsWhenAllIsDone(t *testing.T) {
	url, last := serve(t, engine.Anthropic, calls()), ""
	probe.Run([]config.Target{targetAt(engine.Anthropic, url, "a", "b", "c"), targetAt(engine.Anthropic, url, "d")}, probe.Options{
		Patience: patience, Progress: func(done, total int) { last = fmt.Sprint(done, "/", total) },
	})
	if last != "4/4" {
		t.Errorf("it ended at %s", last)
	}
}

func TestEveryKeyIsTried(t *testing.T) {
	url := serve(t, engine.Anthropic, func(r *simtarget.Seen) simtarget.Answer {
		if r.Header("X-Api-Key") == "sk-the-bad-one" {
			return simtarget.Unauthorized()(r)
		}
		return calls()(r)
	})
	target := targetAt(engine.Anthropic, url, "a", "b")
	target.Keys = ownKeys("sk-the-good-one", "sk-the-bad-one")
	got := probe.Run([]config.Target{target}, probe.Options{Patience: patience})
	if len(got) != 4 || !got[0].Good() || !got[1].Good() || got[2].Authorised != probe.No || got[3].Authorised != probe.No {
		t.Fatalf("%+v", got)
	}
	if got[0].Key != target.Keys[0].Fingerprint || got[2].Key != target.Keys[1].Fingerprint {
		t.Errorf("told as %s and %s", got[0].Key, got[2].Key)
	}
}
