package clock_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"spillway/proxy/clock"
)

var start = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// journal notes what happens when.
type journal struct {
	*clock.Virtual
	lines []string
}

func newJournal() *journal { return &journal{Virtual: clock.NewVirtual(start)} }

func (j *journal) note(what string, args ...any) {
	j.lines = append(j.lines, fmt.Sprintf("%s ", j.Now().Sub(start))+fmt.Sprintf(what, args...))
}

func (j *journal) want(t *testing.T, lines ...string) {
	t.Helper()
	if !slices.Equal(j.lines, lines) {
		t.Errorf("what happened:\n%s\nwant:\n%s", strings.Join(j.lines, "\n"), strings.Join(lines, "\n"))
	}
}

func (j *journal) run(t *testing.T) {
	t.Helper()
	if err := j.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

func TestVirtualWait(t *testing.T) {
	j := newJournal()
	var first, second clock.Signal
	j.Go(func() {
		j.note("alone: %d", j.Wait(time.Hour, nil, &first))
		j.note("fired: %d", j.Wait(time.Hour, &first, &second))
		j.note("both, and the time has come: %d", j.Wait(time.Hour, &second, &first))
		j.note("a look: %d", j.Wait(-1, nil))
	})
	j.AfterFunc(90*time.Minute, second.Fire)
	j.AfterFunc(90*time.Minute, first.Fire)
	stop := j.AfterFunc(time.Minute, func() { t.Error("a function that was taken back ran") })
	stop()
	j.run(t)
	j.want(t, "1h0m0s alone: -1", "1h30m0s fired: 0", "1h30m0s both, and the time has come: 0", "1h30m0s a look: -1")
}

func TestVirtualOrderOfOneMoment(t *testing.T) {
	j := newJournal()
	var gate clock.Signal
	for _, name := range []string{"a", "b", "c"} {
		j.Go(func() {
			j.note("%s begins", name)
			if name == "b" {
				j.Go(func() { j.note("b's child") })
				j.AfterFunc(0, gate.Fire)
			}
			j.Wait(clock.Forever, &gate)
			j.note("%s passes", name)
		})
	}
	j.run(t)
	j.want(t, "0s a begins", "0s b begins", "0s c begins", "0s b's child", "0s a passes", "0s b passes", "0s c passes")
}

// A wait that ended by a signal leaves its time behind, which must not end the next one.
func TestVirtualForgetsOldWaits(t *testing.T) {
	j := newJournal()
	var soon clock.Signal
	j.Go(func() {
		j.Wait(time.Minute, &soon)
		j.note("called")
		j.note("%d", j.Wait(time.Hour))
	})
	j.AfterFunc(time.Second, soon.Fire)
	j.run(t)
	j.want(t, "1s called", "1h0m1s -1")
}

func TestVirtualDoesNotDependOnTheScheduler(t *testing.T) {
	course := func(cores int) []string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		j := newJournal()
		dice := rand.New(rand.NewPCG(1, 2))
		doors := make([]clock.Signal, 50)
		for i := range 200 {
			j.Go(func() {
				for range 5 {
					got := j.Wait(time.Duration(dice.IntN(5))*time.Second, &doors[dice.IntN(50)], &doors[dice.IntN(50)])
					doors[dice.IntN(50)].Fire()
					j.note("%d %d", i, got)
				}
			})
		}
		j.run(t)
		return j.lines
	}
	if one, many := course(1), course(8); len(one) != 1000 || !slices.Equal(one, many) {
		t.Error("another number of cores, another course")
	}
}

func TestVirtualStops(t *testing.T) {
	ended := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	j := newJournal()
	for range 3 {
		j.Go(func() {
			defer j.note("unwound")
			for {
				j.Wait(time.Second)
				if j.Now().Sub(start) == time.Hour {
					cancel(ended)
				}
			}
		})
	}
	if err := j.Run(ctx, nil); !errors.Is(err, ended) {
		t.Error(err)
	}
	if len(j.lines) != 3 {
		t.Errorf("left behind: %d unwound", len(j.lines))
	}
}

func TestVirtualTellsWhatCannotGoOn(t *testing.T) {
	j := newJournal()
	j.Go(func() { j.Wait(clock.Forever, &clock.Signal{}) })
	if err := j.Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "1 processes wait") {
		t.Error(err)
	}
	j.Go(func() { panic("its own") })
	j.Go(func() { j.Wait(time.Second) })
	defer func() {
		if caught := recover(); caught != "its own" {
			t.Errorf("caught %v", caught)
		}
	}()
	_ = j.Run(t.Context(), nil)
}

func TestVirtualLook(t *testing.T) {
	j := newJournal()
	j.Go(func() {
		j.Wait(time.Second)
		j.Wait(time.Second)
	})
	var seen []time.Duration
	if err := j.Run(t.Context(), func(now time.Time) { seen = append(seen, now.Sub(start)) }); err != nil || !slices.Equal(seen, []time.Duration{time.Second, 2 * time.Second}) {
		t.Error(seen, err)
	}
}

func BenchmarkVirtualWait(b *testing.B) {
	v := clock.NewVirtual(start)
	for range 1000 {
		v.Go(func() {
			var gone clock.Signal
			for range b.N / 1000 {
				v.Wait(time.Second, &gone)
			}
		})
	}
	b.ReportAllocs()
	b.ResetTimer()
	if err := v.Run(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
}
