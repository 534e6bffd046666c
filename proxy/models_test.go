package proxy_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

func (l *lab) list(t *testing.T, path string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, l.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return do(t, req)
}

func ids(body string) string {
	var all []string
	for _, id := range gjson.Get(body, "data.#.id").Array() {
		all = append(all, id.Str)
	}
	return strings.Join(all, " ")
}

func TestModelsOfAllTargetsAreListedInTheCallersDialect(t *testing.T) {
	l := start(t, setup{
		Targets: []simtarget.Config{{}, {Dialect: engine.OpenAI}, {Dialect: engine.OpenAI, Behaviour: simtarget.ServerError()}},
		Target:  "    models: { best: claude-opus-5-5, mini: gpt-5.6-mini }\n",
	})
	const claude, gpt = "claude-opus-5-5 claude-sonnet-5-5 claude-haiku-4-5", "gpt-5.6 gpt-5.6-mini"
	for name, c := range map[string]struct{ version, want, entry string }{
		"anthropic": {"2023-06-01", claude + " " + gpt + " best mini", `{"type":"model","id":"gpt-5.6","display_name":"gpt-5.6","created_at":"2026-09-01T00:00:00Z"}`},
		"openai":    {"", gpt + " " + claude + " best mini", `{"id":"claude-opus-5-5","object":"model","created":1788220800,"owned_by":"anthropic"}`},
	} {
		var headers []string
		if c.version != "" {
			headers = []string{"Anthropic-Version", c.version}
		}
		all := l.list(t, "/v1/models", headers...)
		if got := ids(all.Body); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		id := gjson.Get(c.entry, "id").Str
		if got := gjson.Get(all.Body, `data.#(id="`+id+`")`).Raw; got != c.entry {
			t.Errorf("%s: the entry is\n%s, want\n%s", name, got, c.entry)
		}
		if all.Header.Get("X-Spillway-Unlisted") != "c" {
			t.Errorf("%s: who did not list: %q", name, all.Header.Get("X-Spillway-Unlisted"))
		}
		if one := l.list(t, "/v1/models/"+id, headers...); one.Body != c.entry {
			t.Errorf("%s: the entry alone is %s", name, one.Body)
		}
		if one := l.list(t, "/v1/models/best", headers...); gjson.Get(one.Body, "id").Str != "best" {
			t.Errorf("%s: the alias is %s", name, one.Body)
		}
		if none := l.list(t, "/v1/models/nope", headers...); none.StatusCode != 404 || none.Header.Get("X-Spillway-Target") == "" {
			t.Errorf("%s: an unknown one is %d %s", name, none.StatusCode, none.Body)
		}
	}
}

func TestModelsOfOneTargetComeAsTheyAre(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	const version = "2023-06-01"
	all := l.list(t, "/v1/models?limit=2", "Anthropic-Version", version)
	if gjson.Get(all.Body, "data.0.max_input_tokens").Int() != 1_000_000 {
		t.Error(all.Body)
	}
	if seen := l.Targets[0].Requests()[0]; seen.Query != "limit=2" {
		t.Errorf("the target was asked for %+v", seen)
	}
}

func TestTokensAreEstimatedWhereTheTargetCannotCount(t *testing.T) {
	ask := `{"model":"claude-opus-5-5","messages":[{"role":"user","content":"` + strings.Repeat("word ", 2000) + `"}]}`
	for name, c := range map[string]struct {
		setup     setup
		estimated bool
	}{
		"it counts":         {setup{Targets: []simtarget.Config{{}}}, false},
		"another dialect":   {setup{Targets: []simtarget.Config{{Dialect: engine.OpenAI}}}, true},
		"no such endpoint":  {setup{Targets: []simtarget.Config{{Behaviour: simtarget.HTMLPage(404)}}}, true},
		"said not to count": {setup{Targets: []simtarget.Config{{}}, Target: "    count_tokens: false\n"}, true},
		"said to be Claude": {setup{Targets: []simtarget.Config{{Behaviour: simtarget.NoSuchModel()}}, Target: "    server: anthropic\n"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := start(t, c.setup).Post(t, "/v1/messages/count_tokens", ask)
			if says := got.Header.Get("X-Spillway-Estimate") == "input_tokens"; says != c.estimated {
				t.Errorf("x-spillway-estimate: %v", got.Header)
			}
			if n := gjson.Get(got.Body, "input_tokens").Int(); c.estimated && (n < 2000 || n > 5000) {
				t.Errorf("%d %s", got.StatusCode, got.Body)
			}
			if name == "said to be Claude" && got.StatusCode != 404 {
				t.Errorf("%d %s", got.StatusCode, got.Body)
			}
		})
	}
}
