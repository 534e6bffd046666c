package proxy_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spillway/proxy/config"
	"spillway/proxy/simtarget"
)

// The keys of the tests, and by what people tell them.
const keyOne, keyTwo = "sk-the-first-key", "sk-the-second-key"

var printOne, printTwo = config.NewOwnKey(keyOne).Fingerprint, config.NewOwnKey(keyTwo).Fingerprint

// byKey answers by the key that comes, and counts what comes with each.
type byKey struct {
	answers map[string]simtarget.Behaviour // others say hello
	seen    map[string]int
}

func (b *byKey) behave(r *simtarget.Seen) simtarget.Answer {
	key := r.Header("X-Api-Key")
	b.seen[key]++
	if answer := b.answers[key]; answer != nil {
		return answer(r)
	}
	return simtarget.Message("hello")(r)
}

// withKeys is a lab with one target that has the two keys, the first first.
func withKeys(t *testing.T, b *byKey, order string) *lab {
	t.Helper()
	b.seen = map[string]int{}
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: b.behave}}, Keys: "keys: [" + keyOne + ", " + keyTwo + "]\n    key_order: " + order})
	t.Cleanup(func() {
		if text := l.Log.String(); strings.Contains(text, keyOne) || strings.Contains(text, keyTwo) {
			t.Errorf("the log has a key: %s", text)
		}
	})
	return l
}

// keysOf is what the admin API says of the keys.
func keysOf(t *testing.T, l *lab) map[string]keyTold {
	t.Helper()
	var told struct {
		Targets []struct{ Keys []keyTold }
	}
	text := l.Get(t, "/api/targets")
	if err := json.Unmarshal([]byte(text), &told); err != nil || strings.Contains(text, keyOne) || strings.Contains(text, keyTwo) {
		t.Fatalf("%v: %s", err, text)
	}
	keys := map[string]keyTold{}
	for _, key := range told.Targets[0].Keys {
		keys[key.Key] = key
	}
	return keys
}

type keyTold struct {
	Key     string
	Sends   int
	Benches []struct{ Model, Until, Reason, Message string }
}

func TestABadKeyIsReportedOnceAndLeftAlone(t *testing.T) {
	b := &byKey{answers: map[string]simtarget.Behaviour{keyOne: simtarget.Unauthorized()}}
	l := withKeys(t, b, "in_order")
	for i := range 3 {
		a := l.Post(t, "/v1/messages", message(false))
		if want := map[bool]string{true: "2", false: "1"}[i == 0]; a.StatusCode != 200 || a.Header.Get("X-Spillway-Attempts") != want {
			t.Fatalf("request %d: %d after %s attempts: %s", i, a.StatusCode, a.Header.Get("X-Spillway-Attempts"), a.Body)
		}
	}
	if b.seen[keyOne] != 1 || b.seen[keyTwo] != 3 {
		t.Errorf("sent %v", b.seen)
	}
	if got := keysOf(t, l)[printOne]; len(got.Benches) != 1 || got.Benches[0].Reason != "auth" || got.Benches[0].Until != "" {
		t.Errorf("%+v", got)
	}
	if log := l.Log.String(); strings.Count(log, "a key is left alone") != 1 || !strings.Contains(log, printOne) {
		t.Errorf("log: %s", grep(log, "left alone"))
	}
	if metrics := l.Get(t, "/metrics"); !strings.Contains(metrics, `spillway_key_benched{key="`+printOne+`",target="a"} 1`) ||
		!strings.Contains(metrics, `spillway_key_sends_total{key="`+printTwo+`",target="a"} 3`) {
		t.Errorf("metrics: %s", grep(metrics, "spillway_key"))
	}

	before := l.Revision() // an edit of the configuration gives it another chance
	text, err := os.ReadFile(filepath.Join(l.Dir, "spillway.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	l.Write(t, "spillway.yaml", string(text)+"# edited\n")
	for l.Revision() == before && t.Context().Err() == nil {
		l.Get(t, "/healthz")
	}
	if got := l.Post(t, "/v1/messages", message(false)); got.StatusCode != 200 || b.seen[keyOne] != 2 {
		t.Errorf("%d, sent %v", got.StatusCode, b.seen)
	}
}

func TestARateLimitedKeyRests(t *testing.T) {
	b := &byKey{answers: map[string]simtarget.Behaviour{keyOne: simtarget.RateLimited(time.Hour)}}
	l := withKeys(t, b, "least_loaded")
	for range 4 {
		if a := l.Post(t, "/v1/messages", message(true)); a.StatusCode != 200 || !strings.Contains(a.Body, "hello") {
			t.Fatalf("%d: %s", a.StatusCode, a.Body)
		}
	}
	if b.seen[keyOne] != 1 || b.seen[keyTwo] != 4 {
		t.Errorf("sent %v", b.seen)
	}
	if targets := l.Get(t, "/api/targets"); !strings.Contains(targets, `"errorRate": 0,`) {
		t.Errorf("the target is blamed for its key: %s", targets)
	}
	got := keysOf(t, l)[printOne]
	if len(got.Benches) != 1 || got.Benches[0].Model != "claude-opus-5-5" || got.Benches[0].Reason != "rate_limit" {
		t.Fatalf("%+v", got)
	}
	until, err := time.Parse(time.RFC3339, got.Benches[0].Until)
	if left := time.Until(until); err != nil || left < 5*time.Minute || left > 10*time.Minute { // an hour is not believed
		t.Errorf("until %s, %v", got.Benches[0].Until, err)
	}
}

// When every key's money is spent the gate says until when, nothing is sent, and an operator can try again.
func TestNoKeyMayBeUsed(t *testing.T) {
	spent := simtarget.JSON(400, `{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2099-12-01 at 00:00 UTC."}}`)
	b := &byKey{answers: map[string]simtarget.Behaviour{keyOne: spent, keyTwo: spent}}
	l := withKeys(t, b, "in_order")
	if a := l.Post(t, "/v1/messages", message(false)); a.StatusCode != 400 || a.Header.Get("X-Spillway-Attempts") != "2" {
		t.Fatalf("%d %s", a.StatusCode, a.Body)
	}
	a := l.Post(t, "/v1/messages", message(false))
	if a.StatusCode != 529 || a.Header.Get("X-Should-Retry") != "false" || !strings.Contains(a.Body, "no key of the target may be used") || len(b.seen) != 2 {
		t.Errorf("%d %v %s, sent %v", a.StatusCode, a.Header, a.Body, b.seen)
	}
	targets := l.Get(t, "/api/targets")
	for _, want := range []string{`"state": "paused"`, `"policy": "keys"`, "no key may be used (" + printOne + ": spend_limit, " + printTwo + ": spend_limit)"} {
		if !strings.Contains(targets, want) {
			t.Errorf("%s is not in %s", want, targets)
		}
	}
	b.answers = nil
	order(t, l, "/api/targets/a/resume", `{"key":"`+printTwo+`"}`)
	if a := l.Post(t, "/v1/messages", message(false)); a.StatusCode != 200 || b.seen[keyTwo] != 2 {
		t.Errorf("%d %s, sent %v", a.StatusCode, a.Body, b.seen)
	}
}

// One refusal may be about its request: a key that worked is not given up for it, and the request has its turn with the next key.
func TestAKeyThatWorkedHasASecondChance(t *testing.T) {
	refuse := false
	unauthorized := simtarget.Unauthorized()
	b := &byKey{}
	b.answers = map[string]simtarget.Behaviour{keyOne: func(r *simtarget.Seen) simtarget.Answer {
		if refuse {
			return unauthorized(r)
		}
		return simtarget.Message("hello")(r)
	}}
	l := withKeys(t, b, "in_order")
	ask := func() {
		t.Helper()
		if a := l.Post(t, "/v1/messages", message(false)); a.StatusCode != 200 {
			t.Fatalf("%d %s", a.StatusCode, a.Body)
		}
	}
	ask()
	refuse = true
	if ask(); len(keysOf(t, l)[printOne].Benches) != 0 {
		t.Error("benched for one refusal")
	}
	if ask(); len(keysOf(t, l)[printOne].Benches) != 1 {
		t.Error("not benched for two in a row")
	}
	ask()
	if b.seen[keyOne] != 3 || b.seen[keyTwo] != 3 {
		t.Errorf("sent %v", b.seen)
	}
}

// What chooses among the caller's accounts does not travel with another's key.
func TestAccountsOfTheCallerStayBehind(t *testing.T) {
	b := &byKey{}
	var organization string
	b.answers = map[string]simtarget.Behaviour{keyOne: func(r *simtarget.Seen) simtarget.Answer {
		organization = r.Header("OpenAI-Organization")
		return simtarget.Message("hello")(r)
	}}
	l := withKeys(t, b, "in_order")
	if a := l.Post(t, "/v1/messages", message(false), "OpenAI-Organization", "org-elsewhere"); a.StatusCode != 200 || organization != "" {
		t.Errorf("%d, as %q", a.StatusCode, organization)
	}
}

// A target's keys in a file change while requests are served. None of them shows.
func TestOwnKeysInAFile(t *testing.T) {
	b := &byKey{seen: map[string]int{}}
	l := start(t, setup{
		Targets: []simtarget.Config{{Behaviour: b.behave}},
		Keys:    "key: { file: keys/a }",
		Files:   map[string]string{"keys/a": "# of the team\n" + keyOne + "\n"},
	})
	ask := func() {
		t.Helper()
		if got := l.Post(t, "/v1/messages", message(false)); got.StatusCode != 200 {
			t.Fatalf("status %d: %s", got.StatusCode, got.Body)
		}
	}
	ask()
	l.Write(t, "keys/a", keyTwo)
	for keysOf(t, l)[printTwo].Key == "" && t.Context().Err() == nil {
		l.Get(t, "/healthz")
	}
	ask()
	if b.seen[keyOne] != 1 || b.seen[keyTwo] != 1 {
		t.Errorf("the target saw %v", b.seen)
	}

	for text, want := range map[string]string{
		"\n": "holds no key", "two words": "holds something that is no key", keyOne + "\n" + keyOne: "holds a key that the target has already", "client": "holds the word client",
	} {
		l.Write(t, "keys/a", text)
		if rejected := awaitPolicies(t, l, want); strings.Contains(rejected, keyOne) {
			t.Error(rejected)
		}
	}
	l.Write(t, "keys/a", keyTwo)
	awaitLog(t, l, "the files are good again", 1)
	ask()
	if b.seen[keyTwo] != 2 {
		t.Errorf("after a rejected edit the target saw %v", b.seen)
	}
	if text := l.Log.String(); strings.Contains(text, keyOne) || strings.Contains(text, keyTwo) {
		t.Errorf("the log has a key: %s", text)
	}
}
