package replay

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"spillway/engine"
)

// Snapshot is what the decisions of one snapshot share. It is immutable.
type Snapshot struct {
	revision string
	env      engine.Environment
	line     Environment
	secrets  []string
}

// NewSnapshot is the snapshot with a revision. shown are env's vars as they may be kept: without what came from the process's
// environment.
func NewSnapshot(revision string, env engine.Environment, shown map[string]any) *Snapshot {
	s := &Snapshot{revision: revision, env: env, secrets: secretsIn(any(env.Vars), any(shown))}
	s.line = Environment{Revision: revision, Vars: shown, Masked: !sameJSON(env.Vars, shown)}
	for _, t := range env.Targets {
		target := Target{Name: t.Name, Dialect: t.Dialect, Models: t.Models, Price: make(map[string]Price, len(t.Price))}
		for model, price := range t.Price {
			target.Price[model] = Price(price)
		}
		s.line.Targets = append(s.line.Targets, target)
	}
	return s
}

func sameJSON(a, b any) bool {
	x, failed := json.Marshal(a)
	y, alsoFailed := json.Marshal(b)
	return failed == nil && alsoFailed == nil && string(x) == string(y)
}

// Revision is the snapshot's.
func (s *Snapshot) Revision() string { return s.revision }

// Environment is what the snapshot's decisions share, as logs keep it.
func (s *Snapshot) Environment() *Environment { return &s.line }

// Line is the snapshot as a line of a log.
func (s *Snapshot) Line() Line { return Line{Environment: &s.line} }

// Made is a decision as it was made.
type Made struct {
	Snapshot *Snapshot
	Policy   string
	// Number of the decision among the request's, from 1.
	Number int
	// Input is what the policy was asked. Its content and its world are not looked at.
	Input engine.Input
	// Outline is the request's if it has been read; nil otherwise. Its estimates are not looked at.
	Outline  *engine.Outline
	Decision engine.Decision
}

// Line is the decision as a line of a log, without anything that must not be kept.
func (m *Made) Line() Line {
	r, d, hide := m.Input.Request, &m.Decision, mask{secrets: m.Snapshot.secrets}
	line := &Decision{
		ID: r.ID, Number: m.Number, Policy: m.Policy, Revision: m.Snapshot.revision,
		Request: Request{
			API: r.API, Path: hide.name(r.Path), Model: hide.name(r.Model), MaxTokens: r.MaxTokens, Stream: r.Stream, Bytes: r.Bytes,
			Client: r.Client.Name, Priority: r.Client.Priority, RetryCount: r.SDK.RetryCount, SDKTimeout: millis(r.SDK.Timeout),
		},
		Ctx: Ctx{
			Now: m.Input.Ctx.Now.UTC(), TimeLeft: millis(m.Input.Ctx.TimeLeft), StepsLeft: m.Input.Ctx.StepsLeft, Seed: m.Input.Ctx.Seed,
		},
		Outcome: d.Outcome, At: d.At.String(), Took: millis(d.Took),
	}
	line.hide("request.path", line.Request.Path, r.Path)
	line.hide("request.model", line.Request.Model, r.Model)
	if o := m.Outline; o != nil {
		line.Request.Outline = &Outline{
			Messages: o.Messages, ToolResults: o.ToolResults, Tools: o.Tools, Thinking: o.Thinking, Movable: o.Movable, Conversation: o.Conversation,
		}
	}
	for i := range m.Input.Attempts {
		line.attempt(hide, &m.Input.Attempts[i])
	}
	hide = line.reads(hide, d.Reads)
	if d.Fault != nil {
		line.Fault = hide.words(d.Fault.Message)
	} else {
		line.Action = hide.action(d.Action)
	}
	return Line{Decision: line}
}

// hide notes that what was kept of a value is a hash.
func (d *Decision) hide(name, kept, value string) {
	if kept != value {
		d.Hidden = append(d.Hidden, name)
	}
}

func (d *Decision) attempt(m mask, a *engine.Attempt) {
	kept := Attempt{
		Target: a.Target, Model: m.name(a.Model), Status: a.Status, Reason: a.Reason, Code: m.name(a.Code), Retry: a.Retry,
		RetryAfter: millis(a.RetryAfter), Took: millis(a.Took), At: a.At.UTC(), Kind: a.Kind,
		Key: m.name(a.Key), OtherKey: a.OtherKey,
	}
	if a.Message != "" {
		kept.Message = hashed(a.Message)
	}
	for _, edit := range a.Edits {
		kept.Edits = append(kept.Edits, m.name(edit))
		d.hide("attempt.edits", kept.Edits[len(kept.Edits)-1], edit)
	}
	d.hide("attempt.model", kept.Model, a.Model)
	d.hide("attempt.code", kept.Code, a.Code)
	d.Attempts = append(d.Attempts, kept)
}

// reads keeps what the policy read, and gives the mask for what it said after that.
func (d *Decision) reads(m mask, reads []engine.Read) mask {
	for _, read := range reads {
		name := read.Name
		if before, argument, ok := strings.Cut(name, "("); ok && argument != ")" {
			name = before + "(" + m.words(strings.TrimSuffix(argument, ")")) + ")"
		}
		value := read.Value
		if text, ok := value.(string); ok {
			switch {
			case strings.HasPrefix(text, "sha256:"):
				d.Hidden = append(d.Hidden, name)
				m.tainted = true
			case read.Name != "request.id" && read.Name != "request.conversation" && read.Name != "request.client.name":
				value = m.name(text)
			}
		}
		d.Reads = append(d.Reads, Read{name, value})
	}
	return m
}

// Writer writes a decision log, line by line. One goroutine uses it.
type Writer struct{ to *json.Encoder }

// NewWriter writes to w.
func NewWriter(w io.Writer) *Writer { return &Writer{json.NewEncoder(w)} }

// Write writes a line, with its end, in one call of the underlying Write.
func (w *Writer) Write(l Line) error {
	if err := w.to.Encode(l); err != nil {
		return fmt.Errorf("write a line of the decision log: %w", err)
	}
	return nil
}
