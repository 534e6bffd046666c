package main

import (
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestMain lets the test's binary play target and forwarder, as the bench's does.
func TestMain(m *testing.M) {
	if serve, ok := children()[arg(1)]; ok {
		exitOn(serve(arg(2), arg(3)))
		return
	}
	os.Exit(m.Run())
}

// startBoth starts a target and a forwarder as processes of their own.
func startBoth(t *testing.T, answer string) map[string]*process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l := lab{self: self, dir: t.TempDir()}
	target, err := l.startTarget(t.Context(), answer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(target.stop)
	forwarder, err := l.startForwarder(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(forwarder.stop)
	return map[string]*process{"target": target, "forwarder": forwarder}
}

func TestAnswersArriveWhole(t *testing.T) {
	const eventsPerAnswer = 2 + deltas + 3
	tests := map[string]struct {
		answer string
		load   load
		events int
	}{
		"small":  {answerJSON, load{connections: 3, body: smallRequest(false)}, 0},
		"large":  {answerJSON, load{connections: 3, body: largeRequest()}, 0},
		"stream": {answerBurst, load{connections: 3, body: smallRequest(true), stream: true}, 3 * eventsPerAnswer},
	}
	for name, test := range tests {
		for role, p := range startBoth(t, test.answer) {
			t.Run(name+" from the "+role, func(t *testing.T) {
				tally, err := test.load.run(t.Context(), newClient(p.address, test.load.stream), 0)
				if err != nil {
					t.Fatal(err)
				}
				if tally.requests != 3 || tally.events != test.events {
					t.Errorf("%d requests with %d events, want 3 with %d", tally.requests, tally.events, test.events)
				}
				if tally.latency.total == 0 {
					t.Error("no latency noted")
				}
			})
		}
	}
}

// The first words of a stream that goes on must not wait for its end.
func TestForwarderDoesNotHoldEventsBack(t *testing.T) {
	forwarder := startBoth(t, answerHold)["forwarder"]
	a := audience{client: newClient(forwarder.address, true), body: smallRequest(true)}
	a.client.ReadTimeout = 10 * time.Second // fail instead of hanging
	if err := a.grow(2 * openers); err != nil {
		t.Fatal(err)
	}
	if streams, ends := a.streams.Load(), a.ends.Load(); streams != 2*openers || ends != 0 {
		t.Errorf("%d streams, %d of them ended; want %d and none", streams, ends, 2*openers)
	}
}

func TestProcessUsage(t *testing.T) {
	if _, err := os.Stat("/proc/self/smaps_rollup"); err != nil {
		t.Skip(err)
	}
	used, err := startBoth(t, answerJSON)["target"].usage()
	if err != nil {
		t.Fatal(err)
	}
	if used.rss < 1<<20 || used.cpu < 0 {
		t.Errorf("a Go program holds %d bytes and took %v", used.rss, used.cpu)
	}
}

func TestParseCPU(t *testing.T) {
	tests := map[string]struct {
		stat string
		want time.Duration
		bad  bool
	}{
		"plain":           {"7 (cat) R 1 2 3 4 5 6 7 8 9 10 12 34 0 0 20 0", 460 * time.Millisecond, false},
		"name with blank": {"7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 1 2 0 0", 30 * time.Millisecond, false},
		"too short":       {"7 (cat) R 1 2", 0, true},
		"no number":       {"7 (cat) R 1 2 3 4 5 6 7 8 9 10 x 34 0 0 20 0", 0, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseCPU(test.stat)
			if (err != nil) != test.bad || !test.bad && got != test.want {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
}

func TestQuantilesAreWithinABucket(t *testing.T) {
	var l latencies
	for i := range 1000 {
		l.add(time.Duration(i+1) * time.Microsecond)
	}
	for q, want := range map[float64]time.Duration{0.5: 500 * time.Microsecond, 0.99: 990 * time.Microsecond} {
		if got := l.quantile(q); got > want+want/50 || got < want-want/50 {
			t.Errorf("quantile %v is %v, want %v within 2 %%", q, got, want)
		}
	}
	l.add(-time.Second)
	l.add(100 * time.Hour)
	if l.total != 1002 {
		t.Errorf("%d counted, want 1002", l.total)
	}
}

func TestParseBenchmarks(t *testing.T) {
	out := "goos: linux\nBenchmarkDecide\t 100\t 5000 ns/op\t 12 B/op\nBenchmarkDecide\t 100\t 7000 ns/op\nBenchmarkDecideFull \t 9\t 9500.5 ns/op\nPASS\n"
	want := []figure{
		{Name: "Decide µs", Spillway: []float64{5, 7}, Most: 10},
		{Name: "DecideFull µs", Spillway: []float64{9.5005}, Most: 10},
	}
	if diff := cmp.Diff(want, parseBenchmarks(out, 10)); diff != "" {
		t.Error(diff)
	}
}

func TestVerdict(t *testing.T) {
	tests := map[string]struct {
		figure figure
		want   string
	}{
		"no budget":      {figure{Spillway: []float64{3}}, ""},
		"ratio kept":     {figure{Floor: []float64{2, 2, 2}, Spillway: []float64{9, 2, 3}, MostRatio: 1.5}, "≤ 1.5× ok"},
		"ratio not":      {figure{Floor: []float64{2, 2}, Spillway: []float64{3, 4}, MostRatio: 1.5}, "≤ 1.5× EXCEEDED"},
		"value kept":     {figure{Spillway: []float64{10}, Most: 10}, "≤ 10 ok"},
		"value not kept": {figure{Spillway: []float64{11}, Most: 10}, "≤ 10 EXCEEDED"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.figure.verdict(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestPayloadSizes(t *testing.T) {
	for _, stream := range []bool{false, true} {
		if n := len(smallRequest(stream)); n != 1024 {
			t.Errorf("the small request has %d bytes, want 1024", n)
		}
	}
	if n := len(largeRequest()); n < 200<<10 || n > 208<<10 {
		t.Errorf("the large request has %d bytes, want about 200 KB", n)
	}
}

func TestChoose(t *testing.T) {
	chosen, err := choose("open,small")
	if err != nil {
		t.Fatal(err)
	}
	if len(chosen) != 2 || chosen[0].name != "open" || chosen[1].name != "small" {
		t.Errorf("chose %v", chosen)
	}
	if _, err := choose("small,tiny"); err == nil {
		t.Error("an unknown scenario is no error")
	}
}
