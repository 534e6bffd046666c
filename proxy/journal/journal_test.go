package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"spillway/engine"
	"spillway/engine/replay"
	"spillway/proxy/journal"
)

// told counts what a journal tells.
type told struct{ written, dropped, failed atomic.Int64 }

func (c *told) observer() journal.Observer {
	return journal.Observer{
		Written: func() { c.written.Add(1) }, Dropped: func() { c.dropped.Add(1) }, Failed: func(error) { c.failed.Add(1) },
	}
}

func made(s *replay.Snapshot, n int) *replay.Made {
	return &replay.Made{
		Snapshot: s, Policy: "overload", Number: 1,
		Input: engine.Input{
			Request:  &engine.Request{ID: fmt.Sprintf("r%04d", n), API: engine.Anthropic, Path: "/v1/messages", Model: "claude-opus-5-5"},
			Attempts: []engine.Attempt{{Target: "claude", Reason: engine.ReasonOverloaded, Message: "Overloaded"}},
			Ctx:      engine.Ctx{Now: time.Unix(1, 0), TimeLeft: time.Minute, StepsLeft: 8},
		},
		Decision: engine.Decision{
			Action: engine.Action{Send: &engine.Send{Target: "claude"}}, Outcome: engine.OutcomeDecided, Replayable: true,
			Reads: []engine.Read{{Name: "request.model", Value: "claude-opus-5-5"}},
		},
	}
}

func open(t *testing.T, s journal.Settings, c *told) *journal.Journal {
	t.Helper()
	j, err := journal.Open(s, c.observer())
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// read is the ids of a log's decisions. Each file must hold the environment of each of them, before it.
func read(t *testing.T, file string) (ids []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for lines := replay.NewReader(bytes.NewReader(text)); ; {
		line, err := lines.Next()
		switch {
		case errors.Is(err, io.EOF):
			return ids
		case err != nil:
			t.Error(err)
		case line.Environment != nil:
			known[line.Environment.Revision] = true
		case !known[line.Decision.Revision]:
			t.Errorf("%s: the environment %s is not there before decision %s", file, line.Decision.Revision, line.Decision.ID)
		default:
			ids = append(ids, line.Decision.ID)
		}
	}
}

func TestFilesAreRotatedAndFew(t *testing.T) {
	dir := t.TempDir()
	s := journal.Settings{File: filepath.Join(dir, "decisions.jsonl"), MaxSize: 4000, Keep: 2}
	var c told
	j := open(t, s, &c)
	snapshots := []*replay.Snapshot{replay.NewSnapshot("one", engine.Environment{}, nil), replay.NewSnapshot("two", engine.Environment{}, nil)}
	for n := range 100 {
		j.Add(made(snapshots[n/10%2], n))
	}
	j.Close()
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 3 {
		t.Fatalf("%v", files)
	}
	var ids []string
	for _, name := range []string{s.File + ".2", s.File + ".1", s.File} {
		if info, err := os.Stat(name); err != nil || info.Size() > s.MaxSize+500 || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
		ids = append(ids, read(t, name)...)
	}
	for i, id := range ids {
		if want := fmt.Sprintf("r%04d", 100-len(ids)+i); id != want {
			t.Fatalf("decision %d is %s, want %s", i, id, want)
		}
	}
	if len(ids) < 10 || c.written.Load() != 100 || c.dropped.Load() != 0 {
		t.Errorf("%d left, %d written, %d dropped", len(ids), c.written.Load(), c.dropped.Load())
	}
}

// A line that a killed process left half written does not swallow the next one.
func TestALogGoesOnAfterACrash(t *testing.T) {
	s := journal.Settings{File: filepath.Join(t.TempDir(), "decisions.jsonl"), MaxSize: 1e6}
	if err := os.WriteFile(s.File, []byte(`{"decision":{"id`), 0o600); err != nil {
		t.Fatal(err)
	}
	var c told
	j := open(t, s, &c)
	j.Add(made(replay.NewSnapshot("one", engine.Environment{}, nil), 1))
	j.Close()
	text, err := os.ReadFile(s.File)
	if err != nil {
		t.Fatal(err)
	}
	lines := replay.NewReader(bytes.NewReader(text))
	_, bad := lines.Next()
	environment, err := lines.Next()
	decision, errToo := lines.Next()
	if bad == nil || err != nil || errToo != nil || environment.Environment == nil || decision.Decision == nil {
		t.Errorf("%s", text)
	}
}

// A disk that takes nothing costs decisions and never blocks.
func TestADiskThatIsFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	var c told
	j := open(t, journal.Settings{File: "/dev/full", MaxSize: 1e9}, &c)
	snapshot := replay.NewSnapshot("one", engine.Environment{}, nil)
	for n := range 2_000 {
		j.Add(made(snapshot, n))
	}
	j.Close()
	if c.dropped.Load() != 2_000 || c.failed.Load() == 0 {
		t.Errorf("%d written, %d dropped, %d errors told", c.written.Load(), c.dropped.Load(), c.failed.Load())
	}
	j.Add(made(snapshot, 1)) // too late, and no panic
}

func TestNoJournal(t *testing.T) {
	var j *journal.Journal
	j.Add(nil)
	j.Close()
	if _, err := journal.Open(journal.Settings{File: filepath.Join(t.TempDir(), "no", "such", "folder")}, (&told{}).observer()); err == nil {
		t.Error("a log without a folder")
	}
}
