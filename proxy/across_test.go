package proxy_test

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

// toFirst is a policy that sends to the first target, once.
var toFirst = map[string]string{"overload.ts": `export function decide(r, attempts) { return attempts.length ? { fail: "last" } : { send: "a" } }`}

// asked is a request of a dialect: its path, and its body with more fields.
func asked(api engine.API, fields string) (path, body string) {
	if api == engine.OpenAI {
		return "/v1/chat/completions", `{"model":"m"` + fields + `,"messages":[{"role":"user","content":"hi"}]}`
	}
	return "/v1/messages", `{"model":"m","max_tokens":99` + fields + `,"messages":[{"role":"user","content":"hi"}]}`
}

// What stays behind is named; what cannot stay behind makes the target unfit, and the policy is asked again.
func TestWhatDoesNotCrossIsNamedOrTheTargetUnfit(t *testing.T) {
	for name, c := range map[string]struct {
		from          engine.API
		fields        string
		target, edits string // "a" speaks the other dialect, "b" the caller's
	}{
		"all of it":     {engine.Anthropic, ``, "a", "translate;anthropic->openai"},
		"what may stay": {engine.Anthropic, `,"top_k":4,"service_tier":"auto","cache_control":{"type":"ephemeral"}`, "a", "translate;anthropic->openai;without=cache_control+top_k"},
		"server tools":  {engine.Anthropic, `,"tools":[{"type":"web_search_20250305","name":"web_search"}]`, "b", ""},
		"MCP":           {engine.Anthropic, `,"mcp_servers":[{"type":"url","url":"https://example.org","name":"x"}]`, "b", ""},
		"containers":    {engine.Anthropic, `,"container":"c_1"`, "b", ""},
		"residency":     {engine.Anthropic, `,"inference_geo":"eu"`, "b", ""},
		"from OpenAI":   {engine.OpenAI, `,"seed":1`, "a", "translate;openai->anthropic;without=seed"},
		"many answers":  {engine.OpenAI, `,"n":2`, "b", ""},
		"logprobs":      {engine.OpenAI, `,"logprobs":true`, "b", ""},
		"sound":         {engine.OpenAI, `,"modalities":["text","audio"]`, "b", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			again := map[string]string{"overload.ts": `export function decide(r, attempts) {
				const last = attempts.at(-1);
				return !last ? { send: "a" } : last.reason === "unfit" && last.target === "a" ? { send: "b" } : { fail: "last" };
			}`}
			l := start(t, setup{Targets: []simtarget.Config{{Dialect: other[c.from]}, {Dialect: c.from}}, Policies: again})
			path, body := asked(c.from, c.fields)
			got := l.Post(t, path, body)
			if target := got.Header.Get("X-Spillway-Target"); target != c.target || got.Header.Get("X-Spillway-Edits") != c.edits {
				t.Errorf("%d from %q, edits %q: %s", got.StatusCode, target, got.Header.Get("X-Spillway-Edits"), got.Body)
			}
			if c.target == "b" && string(l.Targets[1].Requests()[0].Body) != body {
				t.Errorf("in its own dialect it is not what was sent: %s", l.Targets[1].Requests()[0].Body)
			}
		})
	}
}

// A request that went across and failed goes on as it came.
func TestEveryAttemptBeginsWithTheRequestAsItCame(t *testing.T) {
	l := start(t, setup{
		Targets:  []simtarget.Config{{Dialect: engine.OpenAI, Behaviour: simtarget.Overloaded()}, {}},
		Policies: map[string]string{"overload.ts": `export function decide(r, attempts) { return { send: attempts.length ? "b" : "a" } }`},
	})
	path, body := asked(engine.Anthropic, `,  "top_k": 4, "metadata":{"user_id":"\u0075"}`)
	got := l.Post(t, path+"?beta=true", body, "Anthropic-Beta", "context-1m-2025-08-07")
	if got.StatusCode != 200 || got.Header.Get("X-Spillway-Edits") != "" {
		t.Errorf("%d, edits %q", got.StatusCode, got.Header.Get("X-Spillway-Edits"))
	}
	away, home := l.Targets[0].Requests()[0], l.Targets[1].Requests()[0]
	if away.Query != "" || away.Header("Anthropic-Beta") != "" || away.Header("Anthropic-Version") != "" {
		t.Errorf("what only Anthropic understands went to OpenAI: %s?%s\n%s", away.Path, away.Query, away.Head)
	}
	if string(home.Body) != body || home.Query != "beta=true" || home.Header("Anthropic-Beta") == "" {
		t.Errorf("at home it is not what was sent: ?%s\n%s\n%s", home.Query, home.Head, home.Body)
	}
}

// What a header asks for that stays behind is named too.
func TestBetasThatDoNotCrossAreNamed(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{Dialect: engine.OpenAI}}, Policies: toFirst})
	path, body := asked(engine.Anthropic, ``)
	got := l.Post(t, path, body, "Anthropic-Beta", "context-1m-2025-08-07")
	if edits := got.Header.Get("X-Spillway-Edits"); edits != "translate;anthropic->openai;without=betas" {
		t.Error(edits)
	}
	if v := l.Targets[0].Violations(); len(v) > 0 {
		t.Error(v)
	}
}

// The limits and the organisation of a target are nothing to a caller of another dialect, whose SDK looks for the request's name
// under its own.
func TestHeadersOfAnAnswerFromAnotherDialect(t *testing.T) {
	for from := range other {
		l := start(t, setup{Targets: []simtarget.Config{{Dialect: other[from]}}, Policies: toFirst})
		path, body := asked(from, ``)
		got := l.Post(t, path, body)
		name := map[engine.API]string{engine.Anthropic: "Request-Id", engine.OpenAI: "X-Request-Id"}[from]
		if got.Header.Get(name) != got.Header.Get("X-Spillway-Id") || len(got.Header[name]) != 1 {
			t.Errorf("%s: %s is %v", from, name, got.Header[name])
		}
		for key := range got.Header {
			if strings.Contains(strings.ToLower(key), "ratelimit") || strings.HasPrefix(key, "Anthropic-") || strings.HasPrefix(key, "Openai-") {
				t.Errorf("%s: %s", from, key)
			}
		}
	}
}

// Each error of a target is one of the caller's dialect, with the status that stands for it there.
func TestErrorsAcrossDialects(t *testing.T) {
	for name, c := range map[string]struct {
		from       engine.API
		status     int
		body       string
		want       int
		kind, code string
	}{
		"invalid":          {engine.OpenAI, 400, `{"type":"error","error":{"type":"invalid_request_error","message":"m"}}`, 400, "invalid_request_error", "invalid_request"},
		"key":              {engine.OpenAI, 401, `{"type":"error","error":{"type":"authentication_error","message":"m"}}`, 401, "invalid_request_error", "invalid_api_key"},
		"permission":       {engine.OpenAI, 403, `{"type":"error","error":{"type":"permission_error","message":"m"}}`, 403, "invalid_request_error", "permission_denied"},
		"no such model":    {engine.OpenAI, 404, `{"type":"error","error":{"type":"not_found_error","message":"m"}}`, 404, "invalid_request_error", "model_not_found"},
		"too large":        {engine.OpenAI, 413, `{"type":"error","error":{"type":"request_too_large","message":"m"}}`, 413, "invalid_request_error", "request_too_large"},
		"too fast":         {engine.OpenAI, 429, `{"type":"error","error":{"type":"rate_limit_error","message":"m"}}`, 429, "rate_limit_error", "rate_limit_exceeded"},
		"spent":            {engine.OpenAI, 429, `{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}`, 429, "insufficient_quota", "insufficient_quota"},
		"internal":         {engine.OpenAI, 500, `{"type":"error","error":{"type":"api_error","message":"m"}}`, 500, "server_error", "server_error"},
		"late":             {engine.OpenAI, 504, `{"type":"error","error":{"type":"timeout_error","message":"m"}}`, 504, "server_error", "timeout"},
		"overloaded":       {engine.OpenAI, 529, `{"type":"error","error":{"type":"overloaded_error","message":"m"}}`, 503, "service_unavailable_error", "server_is_overloaded"},
		"too long":         {engine.OpenAI, 400, `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8"}}`, 400, "invalid_request_error", "context_length_exceeded"},
		"key, back":        {engine.Anthropic, 401, `{"error":{"message":"m","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`, 401, "authentication_error", ""},
		"model, back":      {engine.Anthropic, 404, `{"error":{"message":"m","type":"invalid_request_error","code":"model_not_found"}}`, 404, "not_found_error", ""},
		"fast, back":       {engine.Anthropic, 429, `{"error":{"message":"m","type":"requests","code":"rate_limit_exceeded"}}`, 429, "rate_limit_error", ""},
		"spent, back":      {engine.Anthropic, 429, `{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}`, 402, "billing_error", ""},
		"overloaded, back": {engine.Anthropic, 503, `{"error":{"message":"m","type":"service_unavailable_error","code":"server_is_overloaded"}}`, 529, "overloaded_error", ""},
		"vLLM":             {engine.Anthropic, 400, `{"object":"error","message":"m","type":"BadRequestError","param":null,"code":400}`, 400, "invalid_request_error", ""},
		"vLLM, newer":      {engine.Anthropic, 404, `{"error":{"message":"m","type":"NotFoundError","param":null,"code":404}}`, 404, "not_found_error", ""},
		"llama.cpp":        {engine.Anthropic, 400, `{"error":{"code":400,"message":"m","type":"exceed_context_size_error","n_prompt_tokens":9,"n_ctx":8}}`, 400, "invalid_request_error", ""},
		"llama.cpp, 200":   {engine.Anthropic, 200, `{"error":{"code":500,"message":"m","type":"server_error"}}`, 500, "api_error", ""},
		"Ollama":           {engine.Anthropic, 500, `{"error":{"message":"m","type":"api_error","param":null,"code":null}}`, 500, "api_error", ""},
		"DeepSeek, broke":  {engine.Anthropic, 402, `{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}`, 402, "billing_error", ""},
		"DeepSeek, full":   {engine.Anthropic, 200, `{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"insufficient_system_resource"}]}`, 529, "overloaded_error", ""},
		"a page":           {engine.Anthropic, 502, `<html><body>Bad Gateway</body></html>`, 500, "api_error", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{Targets: []simtarget.Config{{Dialect: other[c.from], Behaviour: simtarget.JSON(c.status, c.body)}}, Policies: toFirst})
			path, body := asked(c.from, ``)
			got := l.Post(t, path, body)
			doc := gjson.Parse(got.Body)
			if got.StatusCode != c.want || doc.Get("error.type").Str != c.kind || doc.Get("error.code").Str != c.code || doc.Get("error.message").Str == "" {
				t.Errorf("%d %s", got.StatusCode, got.Body)
			}
			if c.from == engine.Anthropic && (doc.Get("type").Str != "error" || doc.Get("request_id").Str == "") {
				t.Errorf("no error of Anthropic's: %s", got.Body)
			}
		})
	}
}

// An answer that breaks after its first content is an error in the caller's dialect, and never ends like a whole one.
func TestBrokenStreamsAcrossDialects(t *testing.T) {
	long := simtarget.Message(strings.Repeat("word ", 50))
	broken := map[string]simtarget.Behaviour{
		"reset":     simtarget.ResetAfter(8, long),
		"cut":       simtarget.CutAfter(8, long),
		"truncated": simtarget.Truncated(long),
		"error":     simtarget.FailsAfter(8, simtarget.Fault{Status: 529, Type: "overloaded_error", Message: "Overloaded"}, long),
		"no JSON":   garbled(8, long),
		"torn call": garbledCall,
	}
	for from := range other {
		l := start(t, setup{Targets: []simtarget.Config{{Dialect: other[from], Behaviour: byModel(broken)}}, Policies: toFirst})
		for name := range broken {
			path, body := asked(from, `,"stream":true`)
			got := l.Post(t, path, strings.Replace(body, `"m"`, `"`+name+`"`, 1))
			isError := strings.Contains(got.Body, "event: error\ndata: {\"type\":\"error\"")
			if from == engine.OpenAI {
				isError = strings.Contains(got.Body, "data: {\"error\":{\"message\":")
			}
			if got.StatusCode != 200 || !isError || got.Err == nil {
				t.Errorf("to %s, %s: %d, error %v\n%s", from, name, got.StatusCode, got.Err, got.Body)
			}
			if strings.Contains(got.Body, "message_stop") || strings.Contains(got.Body, "[DONE]") || strings.Contains(got.Body, "127.0.0.1") {
				t.Errorf("to %s, %s:\n%s", from, name, got.Body)
			}
		}
	}
}

// garbled sends what is no JSON instead of an event.
func garbled(n int, good simtarget.Behaviour) simtarget.Behaviour {
	return func(r *simtarget.Seen) simtarget.Answer {
		a := good(r)
		a.Pieces[n].Data = a.Pieces[n].Data[:len(a.Pieces[n].Data)-4]
		a.Pieces[n].Data = append(a.Pieces[n].Data, "\n\n"...)
		return a
	}
}

// garbledCall sends a tool call without the last of its arguments.
func garbledCall(r *simtarget.Seen) simtarget.Answer {
	a := simtarget.ToolUse("look", `{"at":"moon","deep":true}`)(r)
	for i, p := range a.Pieces {
		if strings.Contains(string(p.Data), "true}") {
			a.Pieces = append(a.Pieces[:i:i], a.Pieces[i+1:]...)
			return a
		}
	}
	panic("the target's call has no such arguments")
}

// The first word is told while the second is awaited.
func TestTheFirstWordCrossesAtOnce(t *testing.T) {
	for from := range other {
		t.Run(string(from), func(t *testing.T) {
			t.Parallel()
			n := map[engine.API]int{engine.Anthropic: 2, engine.OpenAI: 4}[from] // events up to the first word
			l := start(t, setup{Targets: []simtarget.Config{{Dialect: other[from], Behaviour: simtarget.StallAfter(n, simtarget.Message("one two"))}}, Policies: toFirst})
			path, body := asked(from, `,"stream":true`)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.URL+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			describe(req)
			client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			lines := bufio.NewScanner(resp.Body)
			for lines.Scan() {
				if strings.Contains(lines.Text(), `"one "`) {
					return
				}
			}
			t.Errorf("it did not come: %v", lines.Err())
		})
	}
}

// Each server gets what it understands, by the table, and by the configuration where that says otherwise.
func TestServersGetWhatTheyUnderstand(t *testing.T) {
	const tool = `,"tools":[{"name":"look","input_schema":{"type":"object"}}]`
	const choice = tool + `,"tool_choice":{"type":"any"}`
	const calls = `{"model":"m","max_tokens":9` + tool + `,"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"look","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}]}`
	const image = `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://example.org/a.png"}}]}]}`
	_, plain := asked(engine.Anthropic, `,"metadata":{"user_id":"u"}`)
	_, chosen := asked(engine.Anthropic, choice)
	_, think := asked(engine.Anthropic, tool+`,"thinking":{"type":"adaptive"}`)
	for name, c := range map[string]struct{ config, body, path, want string }{
		"OpenAI: the bound":            {"server: openai", plain, "max_completion_tokens", "99"},
		"OpenAI: the user":             {"server: openai", plain, "safety_identifier", `"u"`},
		"vLLM: the bound":              {"server: vllm", plain, "max_tokens", "99"},
		"vLLM: the user":               {"server: vllm", plain, "user", `"u"`},
		"vLLM: a choice":               {"server: vllm", chosen, "tool_choice", `"required"`},
		"vLLM: an image's URL":         {"server: vllm", image, "messages.0.content.0.image_url.url", `"https://example.org/a.png"`},
		"vLLM: newer":                  {"server: vllm\n    max_tokens_field: max_completion_tokens", plain, "max_completion_tokens", "99"},
		"llama.cpp: the bound":         {"server: llamacpp", plain, "max_tokens", "99"},
		"OpenRouter: the bound":        {"server: openrouter", plain, "max_tokens", "99"},
		"OpenRouter: an image's URL":   {"server: openrouter", image, "messages.0.content.0.image_url.url", `"https://example.org/a.png"`},
		"DeepSeek: reasoning":          {"server: deepseek", calls, "messages.1.reasoning_content", `""`},
		"DeepSeek: no image's URL":     {"server: deepseek", image, "", ""},
		"DeepSeek: overridden":         {"server: deepseek\n    reasoning_content: false", calls, "messages.1.reasoning_content", ""},
		"OpenAI: thinking and tools":   {"server: openai\n    models: { m: gpt-5.6 }", think, "reasoning_effort", `"none"`},
		"OpenRouter: both":             {"server: openrouter\n    models: { m: openai/gpt-5.6 }", think, "reasoning_effort", `"high"`},
		"OpenAI: both, overridden":     {"server: openai\n    reasoning_with_tools: true\n    models: { m: gpt-5.6 }", think, "reasoning_effort", `"high"`},
		"vLLM: the newer user":         {"server: vllm\n    safety_identifier: true", plain, "safety_identifier", `"u"`},
		"elsewhere no reasoning":       {"server: openai", calls, "messages.1.reasoning_content", ""},
		"elsewhere, overridden":        {"reasoning_content: true", calls, "messages.1.reasoning_content", `""`},
		"Ollama: no choice":            {"server: ollama", chosen, "", ""},
		"Ollama: a choice, overridden": {"server: ollama\n    tool_choice: true", chosen, "tool_choice", `"required"`},
		"Ollama: no image's URL":       {"server: ollama", image, "", ""},
		"Ollama: one, overridden":      {"server: ollama\n    image_urls: true", image, "messages.0.content.0.image_url.url", `"https://example.org/a.png"`},
		"others: no choice":            {"tool_choice: false", chosen, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{Targets: []simtarget.Config{{Dialect: engine.OpenAI}}, Target: "    " + c.config + "\n", Policies: toFirst})
			got := l.Post(t, "/v1/messages", c.body)
			if c.path == "" {
				if got.StatusCode != 400 || !strings.Contains(got.Body, "not understood there") || len(l.Targets[0].Requests()) > 0 {
					t.Errorf("%d %s", got.StatusCode, got.Body)
				}
				return
			}
			if arrived := gjson.GetBytes(l.Targets[0].Requests()[0].Body, c.path).Raw; arrived != c.want {
				t.Errorf("%s is %s, want %s", c.path, arrived, c.want)
			}
		})
	}
}

// The shipped failover leads from Claude over GPT to open weights, by the ladder in vars, for callers of either dialect.
func TestFailoverCrossesDialects(t *testing.T) {
	for from := range other {
		t.Run(string(from), func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{
				Targets:  []simtarget.Config{{Behaviour: simtarget.Overloaded()}, {Dialect: engine.OpenAI, Behaviour: simtarget.RateLimited(0)}, {Dialect: engine.OpenAI, Behaviour: hello}},
				Policies: map[string]string{},
				Config:   "policy: failover\nvars:\n  chain:\n    - { target: a, model: claude-opus-5-5 }\n    - { target: b, model: gpt-5.6 }\n    - { target: c, model: qwen3-coder }\n",
			})
			for _, stream := range []bool{false, true} {
				path, body := asked(from, fmt.Sprintf(`,"stream":%t`, stream))
				got := l.Post(t, path, body)
				if got.StatusCode != 200 || !strings.Contains(got.Body, "whole") || got.Header.Get("X-Spillway-Target") != "c" || got.Header.Get("X-Spillway-Model") != "qwen3-coder" || got.Header.Get("X-Spillway-Attempts") != "3" {
					t.Errorf("%d %v %s", got.StatusCode, got.Header, got.Body)
				}
			}
			for i, model := range []string{"claude-opus-5-5", "gpt-5.6", "qwen3-coder"} {
				if seen := l.Targets[i].Requests()[0]; seen.Model() != model || len(l.Targets[i].Violations()) > 0 {
					t.Errorf("target %d got %s: %v", i, seen.Model(), l.Targets[i].Violations())
				}
			}
		})
	}
}
