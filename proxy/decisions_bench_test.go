package proxy

import (
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/journal"
	"spillway/proxy/loop"
	"spillway/proxy/snapshot"
	"spillway/proxy/trace"
)

// BenchmarkLogDecision is what the decision log adds to the path of a request, for each of its decisions. What its writer does
// meanwhile, on another goroutine, is left out.
func BenchmarkLogDecision(b *testing.B) {
	config := filepath.Join(b.TempDir(), "spillway.yaml")
	text := "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	p, err := New(snapshot.Sources{Config: config, Embedded: os.DirFS("../policies")}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer p.Shutdown(b.Context())
	var held sync.Mutex // by the benchmark while it measures, so that the writer does nothing
	var written sync.WaitGroup
	log, err := journal.Open(journal.Settings{File: filepath.Join(b.TempDir(), "decisions.jsonl"), MaxSize: 1e7, Keep: 1}, journal.Observer{
		Written: func() { held.Lock(); written.Done(); held.Unlock() },
		Dropped: func() { b.Error("a decision was dropped") }, Failed: func(err error) { b.Error(err) },
	})
	if err != nil {
		b.Fatal(err)
	}
	p.journal.Store(log)
	call, problem := dialect.Parse(engine.Anthropic, dialect.Messages, []byte(`{"model":"claude-opus-5-5","max_tokens":1024,"messages":[{"role":"user","content":"hello"}]}`))
	if problem != nil {
		b.Fatal(problem)
	}
	call.Outline()
	current := p.current.Load()
	x := &loop.Exchange{Call: call, Policy: current.Policies.Policy("overload"), Record: &trace.Record{Snapshot: current.Kept}}
	decision := &engine.Decision{
		Action: engine.Action{Send: &engine.Send{Target: "claude"}}, Outcome: engine.OutcomeDecided, Replayable: true,
		Reads: []engine.Read{{Name: "request.api", Value: "anthropic"}, {Name: "ctx.timeLeft", Value: int64(20000)}},
	}
	b.ReportAllocs()
	held.Lock()
	defer held.Unlock()
	const burst = 4096 // which the buffer holds
	written.Add(burst)
	for n := 0; b.Loop(); n++ {
		p.logDecision(x, decision)
		if n%burst == burst-1 {
			b.StopTimer()
			held.Unlock()
			written.Wait()
			written.Add(burst)
			held.Lock()
			b.StartTimer()
		}
	}
}
