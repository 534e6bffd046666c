package estimate

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"spillway/engine"
	"spillway/proxy/dialect"
)

// conversation is a request with so many turns of so many words.
func conversation(t *testing.T, name string, turns, words int) *dialect.Call {
	t.Helper()
	var messages []string
	for i := range turns {
		messages = append(messages,
			fmt.Sprintf(`{"role":"user","content":"%d %s"}`, i, strings.Repeat("word ", words)),
			fmt.Sprintf(`{"role":"assistant","content":"%d %s"}`, i, strings.Repeat("word ", words)))
	}
	messages = append(messages, `{"role":"user","content":"And now?"}`)
	return parse(t, fmt.Sprintf(`{"model":%q,"max_tokens":100,"system":"Be brief.","messages":[%s]}`, name, strings.Join(messages, ",")))
}

func parse(t *testing.T, body string) *dialect.Call {
	t.Helper()
	call, problem := dialect.Parse(engine.Anthropic, dialect.Messages, []byte(body))
	if problem != nil {
		t.Fatal(problem)
	}
	return call
}

// counted is what a target would count: words and a little for each message, which bytes only guess at.
func counted(turns, words int) int { return 20 + turns*2*(words+7) }

func TestAConversationIsExactUpToItsLastAnswer(t *testing.T) {
	var e Estimator
	for turns := 1; turns <= 20; turns++ {
		call, want := conversation(t, "claude-opus-5-5", turns, 100), counted(turns, 100)
		got := e.Tokens(call, "claude-opus-5-5")
		if off := math.Abs(float64(got-want)) / float64(want); turns > 2 && off > 0.05 {
			t.Errorf("turn %d: %d tokens, counted are %d", turns, got, want)
		}
		e.Learn(call, "claude-opus-5-5", want)
		if got := e.Tokens(call, "claude-opus-5-5"); got != want {
			t.Fatalf("turn %d: %d tokens after %d were counted", turns, got, want)
		}
	}
}

func TestAModelIsCalibratedByOtherConversations(t *testing.T) {
	var e Estimator
	for turns := range 30 {
		e.Learn(conversation(t, "m", turns+1, 50), "m", counted(turns+1, 50))
	}
	call := conversation(t, "m", 12, 333)
	if got, want := e.Tokens(call, "m"), counted(12, 333); math.Abs(float64(got-want)) > 0.1*float64(want) {
		t.Errorf("%d tokens, counted are %d", got, want)
	}
	if before, now := new(Estimator).Tokens(call, "n"), e.Tokens(call, "n"); before != now {
		t.Errorf("another model's estimate moved from %d to %d", before, now)
	}
}

func TestNonsenseTeachesNothing(t *testing.T) {
	var e Estimator
	call := conversation(t, "m", 10, 100)
	before := e.ratio("m")
	for _, n := range []int{-1, 0, 1, 300, 1 << 40} {
		e.Learn(call, "m", n)
	}
	if got := e.ratio("m"); got != before {
		t.Errorf("ratio %v", got)
	}
	e.Learn(parse(t, `{"model":"m"}`), "m", 1000)
	if got := e.Tokens(parse(t, `{"model":"m"}`), "m"); got != 0 {
		t.Errorf("%d tokens of nothing", got)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	var e Estimator
	for i := range remembered + 100 {
		e.Learn(parse(t, fmt.Sprintf(`{"model":"m","messages":[{"role":"user","content":"%d"}]}`, i)), fmt.Sprint("m", i), 5*tells)
	}
	if n := e.counts.Len(); n != remembered {
		t.Errorf("%d prefixes", n)
	}
	if n := len(e.ratios); n > models {
		t.Errorf("%d models", n)
	}
}

func TestFit(t *testing.T) {
	call := conversation(t, "m", 10, 100) // 10 KB, about 3,400 tokens by bytes
	var e Estimator
	for _, c := range []struct {
		window, answer int
		fits, looked   bool
	}{
		{0, 100, true, false},
		{200_000, 1000, true, false},
		{4000, 100, true, true},
		{4000, 1000, false, true},
		{1000, 2000, false, true},
	} {
		got := e.Fit(call, "m", c.window, c.answer)
		if got.Fits() != c.fits || (got.Input > 0) != c.looked {
			t.Errorf("window %d, answer %d: %+v", c.window, c.answer, got)
		}
	}
}

func TestAnswer(t *testing.T) {
	var e Estimator
	if got := e.Answer("a"); got != unseen {
		t.Errorf("before any: %d", got)
	}
	e.LearnAnswer("a", 0)
	for _, step := range []struct{ told, want int }{{100, 100}, {600, 200}, {200, 200}} {
		if e.LearnAnswer("a", step.told); e.Answer("a") != step.want {
			t.Errorf("after one of %d: %d, want %d", step.told, e.Answer("a"), step.want)
		}
	}
	for i := range 2 * models {
		e.LearnAnswer(fmt.Sprint(i), 1)
	}
	if len(e.answers) > models {
		t.Errorf("%d models are remembered", len(e.answers))
	}
}
