package proxy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

// A target that serves another model than it was asked for is found out: in the trace, the metrics, and by policies.
func TestAnswersThatAreNotAsAskedFor(t *testing.T) {
	for _, api := range []engine.API{engine.Anthropic, engine.OpenAI} {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s stream=%t", api, stream), func(t *testing.T) {
				t.Parallel()
				l := start(t, setup{
					Targets: []simtarget.Config{{Dialect: api, Behaviour: func(r *simtarget.Seen) simtarget.Answer {
						other := *r
						other.Body = []byte(strings.Replace(string(r.Body), "the-large-one", "the-small-one", 1))
						return hello(&other)
					}}},
					Policies: decides(`return attempts.length ? { fail: "last" } : { send: "a", because: "mismatches: " + ctx.health("a", request.model).mismatches }`),
				})
				path := map[engine.API]string{engine.Anthropic: "/v1/messages", engine.OpenAI: "/v1/chat/completions"}[api]
				ask := func(model string) string {
					got := l.Post(t, path, fmt.Sprintf(`{"model":%q,"max_tokens":1024,"stream":%t,"messages":[{"role":"user","content":"hi"}]}`, model, stream))
					if got.StatusCode != 200 {
						t.Fatalf("%d %s", got.StatusCode, got.Body)
					}
					return l.Get(t, "/api/requests/"+got.Header.Get("X-Spillway-Id"))
				}
				if fine := gjson.Get(ask("the-small-one"), "mismatches").Raw; fine != "" {
					t.Errorf("an honest answer is a mismatch: %s", fine)
				}
				const want = "the-large-one was asked for, and the-small-one served"
				if got := gjson.Get(ask("the-large-one"), "mismatches.0").Str; got != want {
					t.Errorf("mismatches: %s, want %s", got, want)
				}
				if because := gjson.Get(ask("the-large-one"), "steps.0.because").Str; because != "mismatches: 1" {
					t.Errorf("the policy read %q", because)
				}
				if metrics := l.Get(t, "/metrics"); !strings.Contains(metrics, `spillway_mismatches_total{kind="model",target="a"} 2`) {
					t.Error("the metric does not count them")
				}
			})
		}
	}
}
