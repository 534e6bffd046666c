package proxy_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

// limits are those of one client, and the price that dollars are counted by.
func limits(text string) (config, target string) {
	return "clients: [ { name: shop, key: shop-key, limits: { " + text + " } }, { name: free, key: free-key } ]\n",
		"    price: { claude-opus-5-5: { input: 1000000, output: 1000000 }, gpt-5.6: { input: 1000000, output: 1000000 } }\n"
}

func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		limits string
		api    engine.API
		served int // requests before the limit is reached
		retry  string
		says   string
		kind   string
	}{
		"requests":           {"requests: 3/day", engine.Anthropic, 3, "false", "client shop is over its limit of 3 requests per day; there is room again at 20", `"rate_limit_error"`},
		"requests of openai": {"requests: 1/month", engine.OpenAI, 1, "false", "1 request per month", `"insufficient_quota"`},
		"a whole prompt":     {"tokens: 1/hour", engine.OpenAI, 0, "false", "this request alone", `"insufficient_quota"`},
		"dollars alone":      {"dollars: 0.0001/day", engine.Anthropic, 0, "false", "this request alone is likely to need more than client shop's limit of 0.0001 dollars per day", `"rate_limit_error"`},
		"dollars":            {"dollars: 1000/day", engine.Anthropic, -1, "false", "1000 dollars per day", `"rate_limit_error"`},
	} {
		t.Run(name, func(t *testing.T) {
			config, target := limits(c.limits)
			l := start(t, setup{Targets: []simtarget.Config{{Dialect: c.api}}, Config: config, Target: target})
			path, body := question(c.api, map[engine.API]string{engine.Anthropic: "claude-opus-5-5", engine.OpenAI: "gpt-5.6"}[c.api])
			served := 0
			got := l.Post(t, path, body, "Authorization", "Bearer shop-key")
			for ; got.StatusCode == 200 && served < 100; served++ {
				got = l.Post(t, path, body, "Authorization", "Bearer shop-key")
			}
			if c.served >= 0 && served != c.served || got.StatusCode != 429 {
				t.Fatalf("served %d, then %d %s", served, got.StatusCode, got.Body)
			}
			after := got.Header.Get("Retry-After")
			if got.Header.Get("X-Should-Retry") != c.retry || after == "" || after == "0" || len(after) > 2 {
				t.Errorf("should retry %s, after %s", got.Header.Get("X-Should-Retry"), after)
			}
			if !strings.Contains(got.Body, c.says) || !strings.Contains(got.Body, c.kind) {
				t.Error(got.Body)
			}
			if got := l.Post(t, path, body, "X-Api-Key", "free-key"); got.StatusCode != 200 {
				t.Errorf("another client gets %d %s", got.StatusCode, got.Body)
			}
			if got := l.Post(t, "/v1/messages/count_tokens", message(false), "X-Api-Key", "shop-key"); c.served > 0 && got.StatusCode != 429 {
				t.Errorf("a path that no policy decides about gets %d %s", got.StatusCode, got.Body)
			}
		})
	}
}

// A rate limit clears soon, and says so.
func TestRateLimitIsRetried(t *testing.T) {
	config, _ := limits("requests: 1/minute")
	l := start(t, setup{Targets: []simtarget.Config{{}}, Config: config})
	l.Post(t, "/v1/messages", message(false), "X-Api-Key", "shop-key")
	got := l.Post(t, "/v1/messages", message(false), "X-Api-Key", "shop-key")
	if got.StatusCode != 429 || got.Header.Get("Retry-After") == "" {
		t.Fatalf("%d %v %s", got.StatusCode, got.Header, got.Body)
	}
	// Just before the stroke of the minute it may be a little more than 60 s until the one has slid out.
	if retry := got.Header.Get("X-Should-Retry"); retry != "true" && got.Header.Get("Retry-After") != "60" {
		t.Errorf("%v", got.Header)
	}
}

// Requests at once do not go over a limit together.
func TestLimitsHoldWhatIsUnderWay(t *testing.T) {
	config, target := limits("dollars: 700/day")
	l := start(t, setup{Targets: []simtarget.Config{{}}, Config: config, Target: target})
	var served, refused atomic.Int64
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			req, _ := http.NewRequest(http.MethodPost, l.URL+"/v1/messages", strings.NewReader(message(true)))
			describe(req)
			req.Header.Set("X-Api-Key", "shop-key")
			if do(t, req).StatusCode == 200 {
				served.Add(1)
			} else {
				refused.Add(1)
			}
		})
	}
	all.Wait()
	shop := l.client(t, "shop")
	if served.Load() == 0 || refused.Load() == 0 || shop.Spent.Day.Dollars > 700 || shop.Spent.Day.Dollars == 0 {
		t.Errorf("%d served, %d refused, %+v", served.Load(), refused.Load(), shop)
	}
	if int64(shop.Limits[0].Refused) != refused.Load() || shop.Limits[0].Used != shop.Spent.Day.Dollars {
		t.Errorf("%+v", shop)
	}
	for _, line := range []string{
		fmt.Sprintf(`spillway_client_requests_total{client="shop"} %d`, served.Load()),
		fmt.Sprintf(`spillway_client_limit_refusals_total{client="shop",measure="dollars",period="day"} %d`, refused.Load()),
		`spillway_client_limit_used_ratio{client="shop",measure="dollars",period="day"} `,
	} {
		if metrics := l.Get(t, "/metrics"); !strings.Contains(metrics, line) {
			t.Errorf("no %s in %s", line, metrics)
		}
	}
}

// What no policy decides about is charged for what it tells of its cost, or for its length. Looking something up is free.
func TestUndecidedAnswersAreCharged(t *testing.T) {
	whole := func(body string) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	stream := func(events ...string) string {
		all := "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
		for _, event := range events {
			all += "data: " + event + "\n\n"
		}
		return all
	}
	const told = `{"model":"claude-opus-5-5","usage":{"input_tokens":30,"output_tokens":12}}`
	long := strings.Repeat("x", 20_000)
	for name, c := range map[string]struct {
		method, answer string
		tokens         int
		dollars        float64
	}{
		"whole":                     {http.MethodPost, whole(told), 42, 42},
		"whole, and tells nothing":  {http.MethodPost, whole(`{"id":"file_1"}`), 0, 0},
		"tells no model":            {http.MethodPost, whole(`{"usage":{"input_tokens":5,"output_tokens":6}}`), 11, 11},
		"looked up":                 {http.MethodGet, whole(told), 0, 0},
		"looked up as a stream":     {http.MethodGet, stream(told), 0, 0},
		"stream":                    {http.MethodPost, stream(`{"completion":"a"}`, told, "[DONE]"), 42, 42},
		"long stream":               {http.MethodPost, stream(long, long, told, `{"usage":null}`), 42, 42},
		"stream that tells nothing": {http.MethodPost, stream(`{"completion":"a"}`, `{"completion":"b"}`, `{"usage":null}`), 9 + 3, 9 + 3},
	} {
		t.Run(name, func(t *testing.T) {
			config, target := limits("tokens: 1M/day")
			l := start(t, setup{Config: config, Target: target, Rogue: func(conn net.Conn) {
				_, _ = io.WriteString(conn, c.answer)
				_ = conn.Close()
			}})
			req, _ := http.NewRequest(c.method, l.URL+"/v1/complete", strings.NewReader(`{"model":"claude-opus-5-5"}`))
			req.Header.Set("Anthropic-Version", "2023-06-01")
			req.Header.Set("X-Api-Key", "shop-key")
			if got := do(t, req); got.StatusCode != 200 || !strings.HasSuffix(c.answer, got.Body) {
				t.Fatalf("%d %s", got.StatusCode, got.Body)
			}
			if spent := l.client(t, "shop").Spent.Day; spent.Tokens != c.tokens || spent.Dollars != c.dollars || spent.Requests != 1 {
				t.Errorf("%+v", spent)
			}
		})
	}
}

// An answer whose target does not tell its cost, or has not told it when the answer ends, is charged by its length, whether the
// client has a limit of tokens or not, and is said to be an estimate.
func TestAnswersThatTellNothingAreCharged(t *testing.T) {
	text := strings.Repeat("Four ", 4000) // about 5000 tokens
	said := "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + text + "\"}}\n\n"
	const end = "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
	whole := `{"id":"m","type":"message","role":"assistant","model":"x","content":[{"type":"text","text":"` + text + `"}],"stop_reason":"end_turn"}`
	for name, c := range map[string]struct {
		answer string
		stream bool
		leaves bool // the client does, when it has read the text
	}{
		"whole":               {whole200 + sized(whole), false, false},
		"a stream":            {sse200 + "\r\n" + opening + said + end, true, false},
		"a stream that broke": {sse200 + "\r\n" + opening + said, true, false},
		"a client that left":  {sse200 + "\r\n" + opening + said, true, true},
	} {
		for _, key := range []string{"shop-key", "free-key"} {
			t.Run(name+", "+key, func(t *testing.T) {
				config, target := limits("tokens: 1M/day")
				l := start(t, setup{Config: config, Target: target, Rogue: func(conn net.Conn) {
					_, _ = io.WriteString(conn, c.answer)
					if c.leaves {
						_, _ = conn.Read(make([]byte, 1)) // until the proxy has closed it
					}
					_ = conn.Close()
				}})
				conn := l.Dial(t)
				conn.Say(request("/v1/messages", message(c.stream), "X-Api-Key: "+key, "Connection: close"))
				if c.leaves {
					if _, err := io.CopyN(io.Discard, conn.reader, int64(len(said))); err != nil {
						t.Fatal(err)
					}
					conn.Close()
				} else if got := conn.Answer(t); got.StatusCode != 200 {
					t.Fatalf("%d %s", got.StatusCode, got.Body)
				}
				l.idle(t)
				if spent := l.client(t, strings.TrimSuffix(key, "-key")).Spent.Day; spent.Tokens < 4500 || spent.Tokens > 6000 || spent.Dollars < 4500 || spent.Dollars > 6000 {
					t.Errorf("%+v", spent)
				}
				if trace := l.Get(t, "/api/requests"); !strings.Contains(trace, `"estimated": true`) {
					t.Error(trace)
				}
			})
		}
	}
}

// clientState is a client of /api/clients.
type clientState struct {
	Name  string
	Keys  []struct{ Fingerprint, Used string }
	Spent struct {
		Day struct {
			Requests, Tokens int
			Dollars          float64
		}
	}
	Limits []struct {
		Most, Used float64
		Refused    int
	}
}

func (l *lab) client(t *testing.T, name string) clientState {
	t.Helper()
	var view struct{ Clients []clientState }
	if err := json.Unmarshal([]byte(l.Get(t, "/api/clients")), &view); err != nil {
		t.Fatal(err)
	}
	for _, c := range view.Clients {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no client %s in %+v", name, view)
	return clientState{}
}

// Policies see what the client has spent.
func TestPolicySeesSpending(t *testing.T) {
	config, target := limits("requests: 4/day")
	l := start(t, setup{Targets: []simtarget.Config{{}}, Config: config, Target: target, Policies: map[string]string{
		"overload.ts": `export function decide(request) {
			const { day, share } = request.client.spent;
			return share > 0.5 ? { fail: { status: 402, message: day.requests + " " + share + " " + (day.dollars > 0) } } : { send: "a" };
		}`,
	}})
	for i, want := range []int{200, 200, 402} {
		if got := l.Post(t, "/v1/messages", message(false), "X-Api-Key", "shop-key"); got.StatusCode != want || want == 402 && !strings.Contains(got.Body, "3 0.75 true") {
			t.Errorf("%d: %d %s", i, got.StatusCode, got.Body)
		}
	}
	if shop := l.client(t, "shop"); len(shop.Keys) != 1 || shop.Keys[0].Used == "" || len(shop.Keys[0].Fingerprint) != 8 {
		t.Errorf("%+v", shop)
	}
}
