package simtarget_test

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

var wave = simtarget.Wave{From: 10 * time.Second, Rise: 4 * time.Second, Peak: 6 * time.Second, Fall: 4 * time.Second, Height: 0.8, Seed: 7}

func TestWaveLevel(t *testing.T) {
	again := wave
	again.Every = 30 * time.Second
	for seconds, want := range map[int]float64{0: 0, 10: 0, 12: 0.4, 14: 0.8, 19: 0.8, 22: 0.4, 24: 0, 29: 0} {
		at := time.Duration(seconds) * time.Second
		if got := wave.Level(at); got != want {
			t.Errorf("level after %v is %v, want %v", at, got, want)
		}
		if got := again.Level(at + again.Every); got != want {
			t.Errorf("level after %v, one period later, is %v, want %v", at, got, want)
		}
	}
	if got := wave.Level(42 * time.Second); got != 0 {
		t.Errorf("a single wave came again: %v", got)
	}
}

func TestWaveBreaksWhatItShould(t *testing.T) {
	start := time.Now()
	at := func(since time.Duration) map[string]int {
		b := wave.Over(start, simtarget.Message("fine"))
		names := map[string]int{}
		for n := range 1000 {
			r := &simtarget.Seen{N: n, API: engine.Anthropic, Path: "/v1/messages", Body: []byte(`{"stream":true}`), At: start.Add(since)}
			names[b(r).Name]++
		}
		return names
	}
	if diff := cmp.Diff(map[string]int{"ok": 1000}, at(0)); diff != "" {
		t.Error(diff)
	}
	peak := at(15 * time.Second)
	if ok := peak["ok"]; ok < 150 || ok > 250 {
		t.Errorf("at the peak %d of 1000 are ok, want about 200", ok)
	}
	for _, name := range []string{"529", "529 in a 200", "slow", "reset"} {
		if peak[name] < 30 {
			t.Errorf("at the peak %q comes %d times of 1000", name, peak[name])
		}
	}
	if again := at(15 * time.Second); !maps.Equal(peak, again) {
		t.Errorf("the same seed gave %v and %v", peak, again)
	}
}
