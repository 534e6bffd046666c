package proxy_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	stdruntime "runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

var soakTime = flag.Duration("soak", 20*time.Second, "how long TestSoak lasts; a tenth of it with -short")

// TestSoak has everything go wrong that can, for a while, under edits good and bad. Nothing may be left of it: no goroutine
// and no descriptor when the proxy has shut down, and no memory while it runs.
//
//	go test ./proxy -race -run TestSoak -v -soak 30m -timeout 1h
func TestSoak(t *testing.T) {
	lasts := *soakTime
	if testing.Short() {
		lasts /= 10
	}
	goroutines, files := stdruntime.NumGoroutine(), descriptors(t)
	t.Run("running", func(t *testing.T) { soak(t, lasts) })
	// fasthttp keeps a goroutine for each pool of connections for up to 50 s after its last, and one that tells the date.
	ticks, late := newTicks(t), time.After(4*patience)
	for stdruntime.NumGoroutine() > goroutines+1 || descriptors(t) > files {
		select {
		case <-ticks:
		case <-late:
			var dump strings.Builder
			_ = pprof.Lookup("goroutine").WriteTo(&dump, 1)
			t.Fatalf("%d goroutines instead of %d, %d descriptors instead of %d\n%s", stdruntime.NumGoroutine(), goroutines, descriptors(t), files, &dump)
		}
	}
}

// descriptors counts the open files of this process.
func descriptors(t *testing.T) int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(open)
}

const soakPolicy = `export function decide(request, attempts, ctx) {
  const last = attempts.at(-1);
  if (request.maxTokens %% 50 === 1) throw new Error("now and then");
  if (ctx.stepsLeft < 5) return { fail: "last" };
  if (!last) return { send: request.api === "openai" ? "c" : "a", queue: "200ms", hedge: request.maxTokens %% 3 ? undefined : { after: "20ms", send: "b" } };
  if (last.retry === "never") return { fail: "last" };
  const pause = last.reason === "overloaded" && request.maxTokens %% 10 === 0 ? { target: last.target, for: "50ms" } : undefined;
  return { send: ["a", "b", "c"][request.maxTokens %% 3], after: 5 * attempts.length, queue: "100ms", pause, maxTokens: 500, because: "edition %d" };
}`

// soak runs traffic for a while, and compares the memory in use after a tenth of it with that at its end.
func soak(t *testing.T, lasts time.Duration) {
	l := start(t, setup{
		Targets:  []simtarget.Config{{Behaviour: chaos, Keep: -1}, {Behaviour: chaos, Keep: -1}, {Behaviour: chaos, Keep: -1, Dialect: engine.OpenAI}},
		Policies: map[string]string{"overload.ts": fmt.Sprintf(soakPolicy, 0)},
		Target:   "    timeouts: { connect: 1s, first_event: 300ms, idle: 300ms, total: 2s }\n", Limits: "early_headers: 20ms", Config: "deadline: 3s\n", Quiet: true,
	})
	storm := &storm{lab: l, statuses: map[int]int{}}
	storm.blow(t, lasts/10)
	before := inUse()
	storm.blow(t, lasts-lasts/10)
	after := inUse()
	t.Logf("%d requests in %s: %v; %d edits; in use %d KB, then %d KB; %d goroutines, %d descriptors",
		storm.sent.Load(), lasts, storm.statuses, storm.edits, before>>10, after>>10, stdruntime.NumGoroutine(), descriptors(t))
	if after > before+32<<20 {
		t.Errorf("%d MB more are in use at the end", (after-before)>>20)
	}
	if got := l.Get(t, "/healthz"); !strings.Contains(got, "ok") {
		t.Errorf("/healthz says %s", got)
	}
}

// chaos answers well half of the time, and else fails in one of the ways in which targets fail.
func chaos(r *simtarget.Seen) simtarget.Answer {
	well := simtarget.Message("a few words of an answer that is not too short")
	ways := []simtarget.Behaviour{
		simtarget.Overloaded(), simtarget.OverloadedInStream(), simtarget.OverloadedAfterPreamble(), simtarget.RateLimited(time.Second),
		simtarget.SpendLimit(), simtarget.ServerError(), simtarget.Unauthorized(), simtarget.NoSuchModel(), simtarget.TooLong(), simtarget.HTMLPage(502),
		simtarget.ErrorWith200(), simtarget.Hang(), simtarget.ResetAtOnce(), simtarget.ResetAfter(4, well), simtarget.CutAfter(3, well),
		simtarget.StallAfter(4, well), simtarget.Truncated(well), simtarget.WrongLength(10, well), simtarget.LeavesAfter(well), simtarget.Torn(5, well),
		simtarget.SlowStart(60*time.Millisecond, well), simtarget.QuietStart(60*time.Millisecond, well), simtarget.SlowDrip(2*time.Millisecond, well),
	}
	if n := rand.IntN(2 * len(ways)); n < len(ways) {
		return ways[n](r)
	}
	return well(r)
}

// storm is clients of all kinds, good and bad, and somebody who edits.
type storm struct {
	*lab
	sent  atomic.Int64
	edits int

	mu       sync.Mutex
	statuses map[int]int // of the answers; 0 is none
}

// blow lasts for a while, and ends when all is quiet.
func (s *storm) blow(t *testing.T, lasts time.Duration) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), lasts)
	defer stop()
	transport := &http.Transport{MaxIdleConnsPerHost: 4}
	client := &http.Client{Transport: transport}
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			for ctx.Err() == nil {
				s.ask(ctx, client)
			}
		})
	}
	all.Go(func() { s.rudely(ctx, t) })
	all.Go(func() { s.edit(ctx, t) })
	all.Wait()
	transport.CloseIdleConnections()
	s.idle(t)
}

// ask sends one request and reads its answer, or leaves in the middle of it.
func (s *storm) ask(ctx context.Context, client *http.Client) {
	s.sent.Add(1)
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // what has begun is finished
	defer cancel()
	if rand.IntN(5) == 0 {
		time.AfterFunc(time.Duration(rand.IntN(80))*time.Millisecond, cancel)
	}
	path, body := "/v1/messages", strings.Replace(message(rand.IntN(2) == 0), "1024", fmt.Sprint(100+rand.IntN(1000)), 1)
	switch rand.IntN(20) {
	case 0, 1, 2, 3, 4:
		path = "/v1/chat/completions"
	case 5:
		path = "/v1/messages/count_tokens"
	case 6:
		path = "/v1/files"
	case 7:
		body = body[:rand.IntN(len(body))]
	case 8:
		body = strings.Replace(body, "hello", strings.Repeat("hello ", 50_000), 1)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	describe(req)
	status := 0
	if resp, err := client.Do(req); err == nil {
		status = resp.StatusCode
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.statuses[status]++
}

// rudely opens connections that send half a request, several at once, or nonsense, and looks at the admin API.
func (s *storm) rudely(ctx context.Context, t *testing.T) {
	for ctx.Err() == nil {
		c, err := s.dial()
		if err != nil {
			t.Error(err)
			return
		}
		whole := request("/v1/messages", message(rand.IntN(2) == 0))
		switch rand.IntN(4) {
		case 0:
			c.Say(whole[:rand.IntN(len(whole))])
		case 1:
			c.Say(whole + whole + whole)
			_ = c.Answer(t)
		case 2:
			c.Say(whole)
			_ = c.CloseWrite()
		case 3:
			c.Say("nonsense\r\n\r\n")
		}
		_ = c.SetLinger(rand.IntN(2) - 1)
		_ = c.Close()
		for _, page := range []string{"/metrics", "/api/requests", "/api/targets", "/api/policies", "/api/now"} {
			_ = s.Get(t, page)
		}
	}
}

// edit saves a new edition of the policy again and again, one in three broken.
func (s *storm) edit(ctx context.Context, t *testing.T) {
	for ticks := newTicks(t); ctx.Err() == nil; <-ticks {
		s.edits++
		text := fmt.Sprintf(soakPolicy, s.edits)
		switch s.edits % 6 {
		case 2:
			text = text[:len(text)/2]
		case 5:
			text = `export function decide() { return { sned: "a" } }`
		}
		s.Write(t, "policies/overload.ts", text)
	}
}
