package proxy

import (
	"spillway/engine"
	"spillway/engine/replay"
	"spillway/proxy/config"
	"spillway/proxy/journal"
	"spillway/proxy/loop"
)

// logDecision hands a decision to the decision log, if there is one.
func (p *Proxy) logDecision(x *loop.Exchange, d *engine.Decision) {
	log := p.journal.Load()
	if log == nil {
		return
	}
	made := &replay.Made{Policy: x.Policy.Name(), Number: x.Decisions(), Input: x.Asked(), Decision: *d, Snapshot: x.Record.Snapshot}
	r := x.Request
	r.Content = nil // which ends with the request
	made.Input.Request, made.Input.Ctx.World = &r, nil
	if x.Call.Outlined() {
		outline := x.Call.Outline()
		outline.Metadata = nil
		made.Outline = &outline
	}
	log.Add(made)
}

// keepDecisions opens the decision log that a configuration asks for, in place of the one before.
func (p *Proxy) keepDecisions(c *config.Config) error {
	next := journal.Settings{File: c.DecisionsFile(), MaxSize: c.Decisions.MaxSize, Keep: c.Decisions.Keep}
	if next == p.journalAt {
		return nil
	}
	p.journalAt = next
	p.journal.Swap(nil).Close() // first, since it may be the same file
	if next.File == "" {
		return nil
	}
	written, dropped := p.metrics.LogLines()
	opened, err := journal.Open(next, journal.Observer{
		Written: written, Dropped: dropped,
		Failed: func(err error) { p.slog.Error("decisions are lost", "error", err) },
	})
	if err != nil {
		p.journalAt = journal.Settings{} // the next reload tries again
		return err
	}
	p.journal.Store(opened)
	return nil
}
