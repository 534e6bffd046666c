package demo

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func storm() scene {
	with, without := newTally(), newTally()
	s := newStory(30 * time.Second)
	for at := time.Duration(0); at < 15*time.Second; at += 100 * time.Millisecond {
		with.begin()
		with.end(s.moment(at), result{outcome: ok, firstContent: 150*time.Millisecond + at/10})
		without.begin()
		o := ok
		if at > 6*time.Second {
			o = outcome(int(at/(100*time.Millisecond)) % int(outcomes))
		}
		without.end(s.moment(at), result{outcome: o, firstContent: 150 * time.Millisecond})
	}
	with.begin()
	return scene{
		dashboard: "http://127.0.0.1:5291",
		story:     s, elapsed: 15 * time.Second, with: with.totals(), without: without.totals(),
		targets: []answers{
			{"claude", "paused for 1.4s", map[string]int{"ok": 100, "529": 20, "529 in a 200": 13, "reset": 4, "slow": 2}},
			{"claude-backup", "open", map[string]int{"ok": 50}},
			{"claude, direct", "", map[string]int{"ok": 90, "529": 31, "529 in a 200": 22, "reset": 6, "slow": 1}},
		},
		deeds: deeds{
			policy: "overload@5f0c2a91", retries: 12, failovers: 34, waits: 9, spared: 21, pauses: 2,
			latest: []deed{
				{13700 * time.Millisecond, "pause claude 2.0s, send claude-backup", "claude: overloaded", "overload.ts:52:7", 2},
				{14900 * time.Millisecond, "send claude-backup", "claude: paused", "overload.ts:52:7", 21},
			},
		},
	}
}

func TestFrame(t *testing.T) {
	lines := storm().frame(paint{})
	lines = append(append(lines, ""), storm().verdict(paint{})...)
	got := strings.Join(append(lines, "", storm().line()), "\n") + "\n"
	const golden = "testdata/frame.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestFrameFits(t *testing.T) {
	s := storm()
	s.deeds.latest = append(s.deeds.latest, s.deeds.latest...)
	for len(s.deeds.latest) > shownDeeds {
		s.deeds.latest = s.deeds.latest[1:]
	}
	lines := s.frame(paint{})
	if len(lines) > frameHeight {
		t.Errorf("%d lines, more than %d", len(lines), frameHeight)
	}
	s.with.abandoned, s.with.by, s.without.by = 123, [outcomes]int{1}, [outcomes]int{1}
	for _, line := range append(lines, s.verdict(paint{})...) {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("wider than 80 columns: %q", line)
		}
	}
}

func TestFrameWithoutAnythingYet(t *testing.T) {
	s := scene{story: newStory(0)}
	if got := strings.Join(s.frame(paint{}), "\n"); strings.Contains(got, "NaN") {
		t.Error(got)
	}
}

func TestPercentNeverHidesAFailure(t *testing.T) {
	for share, want := range map[float64]string{1: "100.0%", .99999: "99.9%", .9994: "99.9%", .5: "50.0%", 0: "0.0%"} {
		if got := percent(share); got != want {
			t.Errorf("percent(%v) is %q, want %q", share, got, want)
		}
	}
}

func TestStoryFitsItsTime(t *testing.T) {
	for _, total := range []time.Duration{20 * time.Second, 30 * time.Second, time.Minute} {
		s := newStory(total)
		var told []string
		for at := time.Duration(0); at < total; at += total / 200 {
			if c := s.chapter(at); len(told) == 0 || told[len(told)-1] != c {
				told = append(told, c)
			}
		}
		want := []string{"calm", "claude is overloaded", "both targets are overloaded", "claude is overloaded", "recovered"}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("%v: %s", total, diff)
		}
	}
}

func TestEndlessStoryBeginsAgain(t *testing.T) {
	s := newStory(0)
	if got := s.chapter(endless + time.Second); got != "calm" {
		t.Errorf("the second telling begins with %q", got)
	}
	tally := newTally()
	for _, at := range []time.Duration{0, endless, endless - time.Second} {
		tally.begin()
		tally.end(s.moment(at), result{})
	}
	if got := tally.totals(); got.chart[0].all != 1 || got.chart[columns-1].all != 0 || got.all() != 3 {
		t.Errorf("the chart shows more than the latest telling: %v", got.chart)
	}
}
