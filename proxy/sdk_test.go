package proxy_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

// told is what an official SDK made of an answer.
type told struct {
	// Message is the whole message as the SDK accumulated it, in JSON.
	Message string
	// Starts is how often a streamed message began.
	Starts int
	// Failure is the error the SDK returned.
	Failure failure
}

// failure is an SDK's error. The zero value is none.
type failure struct {
	Status                         int
	Type, Code, Message, RequestID string
	// Other is an error that was no answer of the API.
	Other string
}

// sdk is an official SDK asking at one endpoint. It makes no retries: what it gets, the proxy has earned.
type sdk struct {
	name string
	api  engine.API
	ask  func(t *testing.T, base, model string, stream bool) told
}

var sdks = []sdk{
	{"messages", engine.Anthropic, askMessages},
	{"chat completions", engine.OpenAI, askChat},
	{"responses", engine.OpenAI, askResponses},
}

// base is the URL an SDK of the dialect would be given for a host.
func (s sdk) base(host string) string {
	if s.api == engine.OpenAI {
		return host + "/v1"
	}
	return host
}

// direct is the SDK base URL of a target without a proxy before it.
func direct(t *testing.T, api engine.API, b simtarget.Behaviour) string {
	t.Helper()
	target, err := simtarget.Start(simtarget.Config{Dialect: api, Behaviour: b})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(target.Close)
	return target.URL()
}

// byModel behaves as the model that is asked for, so that one target can do everything.
func byModel(behaviours map[string]simtarget.Behaviour) simtarget.Behaviour {
	return func(r *simtarget.Seen) simtarget.Answer { return behaviours[r.Model()](r) }
}

// each runs a test for every SDK and model, whole and as a stream.
func each(t *testing.T, behaviours map[string]simtarget.Behaviour, run func(t *testing.T, s sdk, model string, stream bool)) {
	t.Helper()
	for _, s := range sdks {
		for model := range behaviours {
			for way, stream := range map[string]bool{"whole": false, "stream": true} {
				t.Run(s.name+" "+model+" "+way, func(t *testing.T) {
					t.Parallel()
					run(t, s, model, stream)
				})
			}
		}
	}
}

var numbers = regexp.MustCompile(`_sim\d+x|"created(_at)?": *\d+`)

// anonymous is text without what tells one request to a simulated target from another.
func anonymous(text string) string { return numbers.ReplaceAllString(text, "") }

var contents = map[string]simtarget.Behaviour{
	"text":         simtarget.Message("Hello, wörld \"quoted\"."),
	"tool":         simtarget.ToolUse("look", `{"at":"ä moon","n":[1,2.50]}`),
	"no-arguments": simtarget.ToolUse("look", ""),
	"parallel":     simtarget.Says(simtarget.Content{Text: "Let me see.", Tools: []simtarget.Tool{{Name: "a", Input: `{"n":1}`}, {Name: "b", Input: `{"n":2}`}}}),
	"thinking":     simtarget.Says(simtarget.Content{Thinking: "Hm, well.", Text: "Yes."}),
	"refusal":      simtarget.Refusal(),
	"cut":          simtarget.Says(simtarget.Content{Text: "On and", Cut: true}),
	"torn":         simtarget.Torn(3, simtarget.Message("Grüße an alle!")),
	"leaves":       simtarget.LeavesAfter(simtarget.Message("bye")),
	"quiet":        simtarget.QuietStart(20*time.Millisecond, simtarget.SlowDrip(time.Millisecond, simtarget.Message("a b c"))),
}

func TestSDKsGetWhatTheTargetSays(t *testing.T) {
	labs := eachDialect(t, setup{}, byModel(contents))
	each(t, contents, func(t *testing.T, s sdk, model string, stream bool) {
		want := s.ask(t, direct(t, s.api, byModel(contents)), model, stream)
		if want.Message == "" || want.Failure != (failure{}) {
			t.Fatalf("the SDK got no message from the target itself: %+v", want)
		}
		if diff := cmp.Diff(want, s.ask(t, s.base(labs[s.api].URL), model, stream)); diff != "" {
			t.Error(diff)
		}
	})
}

// hello is what a healthy target says.
var hello = simtarget.Message("Hello, this is the whole of it.")

// early fail before any content.
var early = map[string]simtarget.Behaviour{
	"529":              simtarget.Overloaded(),
	"first-event":      simtarget.OverloadedInStream(),
	"after-preamble":   simtarget.OverloadedAfterPreamble(),
	"500":              simtarget.ServerError(),
	"401":              simtarget.Unauthorized(),
	"404":              simtarget.NoSuchModel(),
	"429":              simtarget.RateLimited(30 * time.Second),
	"spend":            simtarget.SpendLimit(),
	"reset":            simtarget.ResetAtOnce(),
	"reset-preamble":   simtarget.ResetAfter(1, hello),
	"cut-preamble":     simtarget.CutAfter(1, hello),
	"truncated":        shorten(1, hello),
	"empty":            shorten(0, hello),
	"html":             simtarget.HTMLPage(502),
	"html-200":         simtarget.HTMLPage(200),
	"error-with-200":   simtarget.ErrorWith200(),
	"wrong-length":     simtarget.WrongLength(7, hello),
	"hang":             simtarget.Hang(),
	"silence":          simtarget.StallAfter(0, hello),
	"silence-preamble": simtarget.StallAfter(1, hello),
}

// shorten ends an answer cleanly after n events; a whole answer has no body at all.
func shorten(n int, b simtarget.Behaviour) simtarget.Behaviour {
	return func(r *simtarget.Seen) simtarget.Answer {
		a := b(r)
		if !a.Chunked {
			a.Pieces = nil
		}
		a.Pieces = a.Pieces[:min(n, len(a.Pieces))]
		return a
	}
}

func TestSDKsNeverNoticeAFailureBeforeContent(t *testing.T) {
	labs := eachDialect(t, setup{Policies: map[string]string{"overload.ts": `
export function decide(request, attempts) { return attempts.length ? { send: "b" } : { send: "a", timeout: 150 } }`}}, byModel(early), hello)
	each(t, early, func(t *testing.T, s sdk, model string, stream bool) {
		want := s.ask(t, direct(t, s.api, hello), model, stream)
		if diff := cmp.Diff(want, s.ask(t, s.base(labs[s.api].URL), model, stream)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSDKsDoNotWaitForASilentTarget(t *testing.T) {
	silent := map[string]simtarget.Behaviour{"hang": early["hang"]}
	labs := eachDialect(t, setup{Target: "    timeouts: { first_event: 500ms }\n"}, byModel(silent), hello)
	each(t, silent, func(t *testing.T, s sdk, model string, stream bool) {
		if !stream {
			return // it may take as long as it wants
		}
		if got := s.ask(t, s.base(labs[s.api].URL), model, stream); got.Failure != (failure{}) || got.Starts != 1 {
			t.Errorf("the SDK got %+v", got)
		}
	})
}

func TestSDKsNoticeAFailureAfterContent(t *testing.T) {
	long := simtarget.Message(strings.Repeat("word ", 50))
	late := map[string]simtarget.Behaviour{
		"reset":     simtarget.ResetAfter(8, long),
		"cut":       simtarget.CutAfter(8, long),
		"truncated": simtarget.Truncated(long),
		"error":     simtarget.FailsAfter(8, simtarget.Fault{Status: 529, Type: "overloaded_error", Message: "Overloaded"}, long),
		"silence":   simtarget.StallAfter(8, long),
	}
	labs := eachDialect(t, setup{Target: "    timeouts: { idle: 300ms }\n"}, byModel(late))
	each(t, late, func(t *testing.T, s sdk, model string, stream bool) {
		if !stream {
			return // a whole answer that breaks has not begun
		}
		got := s.ask(t, s.base(labs[s.api].URL), model, stream)
		if got.Failure == (failure{}) {
			t.Errorf("the SDK noticed nothing: %+v", got)
		}
		if strings.Contains(got.Failure.Message+got.Failure.Other, "127.0.0.1") {
			t.Errorf("the SDK was told of addresses inside: %+v", got.Failure)
		}
		if got.Starts != 1 || !strings.Contains(got.Message, "word") {
			t.Errorf("the SDK got no beginning of the message: %+v", got)
		}
	})
}

// once is a policy that tries the first target once, and then the second once.
var once = map[string]string{"overload.ts": `
export function decide(request, attempts, ctx) {
  const next = ctx.targets[attempts.length];
  return next ? { send: next.name } : { fail: "last" };
}`}

// The second target's error is another one, and is not the one to show.
func TestSDKsGetTheFirstTargetsOwnError(t *testing.T) {
	refusals := map[string]simtarget.Behaviour{}
	for _, model := range []string{"529", "first-event", "after-preamble", "500", "401", "404", "429", "spend", "error-with-200"} {
		refusals[model] = early[model]
	}
	refusals["too-long"] = simtarget.TooLong()
	labs := eachDialect(t, setup{Policies: once, Keys: "key: client"}, byModel(refusals), simtarget.NoSuchModel()) // no failure closes a caller's key
	each(t, refusals, func(t *testing.T, s sdk, model string, stream bool) {
		asked := refusals[model]
		if model == "error-with-200" {
			asked = simtarget.Overloaded() // with the status that it should have had
		}
		want := s.ask(t, direct(t, s.api, asked), model, false).Failure
		if want.Status == 0 || want.Message == "" || want.RequestID == "" {
			t.Fatalf("the SDK got no error from the target itself: %+v", want)
		}
		if diff := cmp.Diff(want, s.ask(t, s.base(labs[s.api].URL), model, stream).Failure); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSDKsGetAnErrorWhereNoTargetGaveOne(t *testing.T) {
	mute := map[string]simtarget.Behaviour{}
	for _, model := range []string{"reset", "hang", "silence", "empty", "truncated", "html", "html-200"} {
		mute[model] = early[model]
	}
	labs := eachDialect(t, setup{Policies: once, Target: "    timeouts: { first_event: 100ms, idle: 100ms, total: 100ms }\n"}, byModel(mute))
	each(t, mute, func(t *testing.T, s sdk, model string, stream bool) {
		got := s.ask(t, s.base(labs[s.api].URL), model, stream).Failure
		if got.Status < 500 || got.Type == "" || got.Message == "" || got.RequestID == "" {
			t.Errorf("the SDK got no error in the dialect's words: %+v", got)
		}
		if strings.Contains(got.Message, "127.0.0.1") || strings.Contains(got.Message, "html") {
			t.Errorf("the SDK was told of what is inside: %+v", got)
		}
	})
}

// eachDialect is a lab for either, with the same targets.
func eachDialect(t *testing.T, s setup, behaviours ...simtarget.Behaviour) map[engine.API]*lab {
	t.Helper()
	labs := map[engine.API]*lab{}
	for _, api := range []engine.API{engine.Anthropic, engine.OpenAI} {
		s.Targets = nil
		for _, b := range behaviours {
			s.Targets = append(s.Targets, simtarget.Config{Dialect: api, Behaviour: b})
		}
		l := start(t, s)
		t.Cleanup(func() {
			for _, target := range l.Targets {
				if v := target.Violations(); len(v) > 0 {
					t.Errorf("violations: %v", v)
				}
			}
		})
		labs[api] = l
	}
	return labs
}
