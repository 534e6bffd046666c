package fidelity

import (
	"fmt"
	"testing"

	"spillway/proxy/dialect"
)

func TestCheck(t *testing.T) {
	good := dialect.Usage{Model: "m-20260101", Input: 5, Output: 100, Known: true}
	for name, c := range map[string]struct {
		change func(*Asked, *dialect.Usage)
		oddity string
		want   string
	}{
		"as asked":             {func(*Asked, *dialect.Usage) {}, "", "[]"},
		"another model":        {func(_ *Asked, u *dialect.Usage) { u.Model = "m-mini" }, "", "[{model m was asked for, and m-mini served}]"},
		"a model not told":     {func(_ *Asked, u *dialect.Usage) { u.Model = "" }, "", "[]"},
		"too long":             {func(_ *Asked, u *dialect.Usage) { u.Output = 107 }, "", "[{max_tokens 100 tokens were allowed, and 107 came}]"},
		"a token over":         {func(_ *Asked, u *dialect.Usage) { u.Output = 106 }, "", "[]"},
		"no bound":             {func(a *Asked, u *dialect.Usage) { a.MaxTokens, u.Output = 0, 1e6 }, "", "[]"},
		"not counted":          {func(_ *Asked, u *dialect.Usage) { *u = dialect.Usage{Model: "m"} }, "", "[{usage no tokens were counted}]"},
		"not asked to count":   {func(a *Asked, u *dialect.Usage) { *u, a.Usage = dialect.Usage{Model: "m"}, false }, "", "[]"},
		"counted as nothing":   {func(_ *Asked, u *dialect.Usage) { u.Output = 0 }, "", "[{usage an answer was counted as no tokens}]"},
		"a prompt of nothing":  {func(_ *Asked, u *dialect.Usage) { u.Input = 0 }, "", "[{usage a prompt was counted as no tokens}]"},
		"a prompt all cached":  {func(_ *Asked, u *dialect.Usage) { u.Input, u.CacheRead = 0, 5 }, "", "[]"},
		"odd events":           {func(*Asked, *dialect.Usage) {}, "a second message_start", "[{stream a second message_start}]"},
		"more than one oddity": {func(_ *Asked, u *dialect.Usage) { u.Model, u.Output = "x", 200 }, "", "[{model m was asked for, and x served} {max_tokens 100 tokens were allowed, and 200 came}]"},
	} {
		asked, told := Asked{Model: "m", MaxTokens: 100, Usage: true}, good
		c.change(&asked, &told)
		if got := fmt.Sprint(Check(asked, told, c.oddity)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
