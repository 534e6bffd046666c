package proxy

import (
	"bytes"
	"net"
	"slices"
	"time"

	"spillway/engine"
	"spillway/engine/watch"
	"spillway/proxy/config"
	"spillway/proxy/gate"
	"spillway/proxy/snapshot"
)

// rejection is an edit that did not become a snapshot.
type rejection struct {
	at       time.Time
	revision string // of what was rejected; "" when it could not be read
	faults   engine.Faults
}

// swap makes a snapshot the one in use. Requests under way keep the one they began with.
func (p *Proxy) swap(next *snapshot.Snapshot) {
	limits := next.Config.Limits
	p.gates.Configure(gate.Settings{QueueRequests: limits.Queue, QueueTokens: limits.QueueTokens, RetryBudget: limits.RetryBudget})
	old := p.current.Swap(next)
	p.issueKeys(old, next)
	if old != nil {
		old.Policies.Close()
	}
}

// reload looks at the files again, and serves from them if nothing is wrong.
func (p *Proxy) reload() {
	p.reloading.Lock()
	defer p.reloading.Unlock()
	if p.draining.Load() {
		return
	}
	defer p.watch()
	f, faults := p.sources.Read()
	if len(faults) == 0 && p.sources.Config != "" && len(bytes.TrimSpace(f.Text)) == 0 {
		faults = engine.Faults{{
			Position: engine.Position{File: p.sources.Config}, Message: "the file is empty, as if half saved",
			Hint: "to serve from the defaults, write a comment into it",
		}}
	}
	if len(faults) > 0 {
		p.reject("", faults)
		return
	}
	old, revision := p.current.Load(), f.Revision()
	switch {
	case revision == old.Revision:
		if p.accept() {
			p.slog.Info("the files are good again: they are what serves", "serving", revision)
		}
		return
	case p.rejects(revision):
		return
	}
	next, faults := f.Build(old, p.connect, p.clock.Now())
	if len(faults) == 0 {
		if faults = p.exposed(next); len(faults) == 0 {
			faults = p.openAccounts(next)
		}
		if len(faults) > 0 {
			next.Policies.Close()
		}
	}
	if len(faults) > 0 {
		p.reject(revision, faults)
		return
	}
	p.swap(next)
	p.accept()
	if err := p.keepDecisions(next.Config); err != nil {
		p.slog.Error("decisions are not logged", "error", err)
	}
	p.metrics.Reloaded(true)
	p.slog.Info("reloaded", "revision", next.Revision, "policies", next.Policies.Names(), "took", p.clock.Now().Sub(next.Loaded))
	p.askForRestart(old.Config, next.Config)
}

// exposed are the faults of taking away the keys that a listener asks for, while it stays where others reach it: until a
// restart it does.
func (p *Proxy) exposed(next *snapshot.Snapshot) (faults engine.Faults) {
	at := engine.Position{File: next.Config.File}
	if len(next.Config.Clients) == 0 && !isLoopback(p.listener) {
		faults = append(faults, &engine.Fault{
			Position: at, Message: "without `clients` everyone who reaches " + p.Addr() + " could use the targets' credentials",
			Hint: "keep the clients, or restart to listen on 127.0.0.1",
		})
	}
	if len(next.Config.AdminKeys) == 0 && !isLoopback(p.adminAt) {
		faults = append(faults, &engine.Fault{
			Position: at, Message: "without `admin_token` everyone who reaches " + p.AdminAddr() + " could see every request and pause targets",
			Hint: "keep the token, or restart with an admin address on 127.0.0.1",
		})
	}
	return faults
}

func isLoopback(l net.Listener) bool {
	at, ok := l.Addr().(*net.TCPAddr)
	return ok && at.IP.IsLoopback()
}

// rejects says whether a revision is the one that was rejected last.
func (p *Proxy) rejects(revision string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rejected != nil && p.rejected.revision == revision
}

// reject keeps the old snapshot serving, and says everywhere that the files on disk do not.
func (p *Proxy) reject(revision string, faults engine.Faults) {
	p.mu.Lock()
	repeated := p.rejected != nil && p.rejected.faults.Error() == faults.Error()
	p.rejected = &rejection{at: p.clock.Now(), revision: revision, faults: faults}
	p.mu.Unlock()
	if repeated {
		return
	}
	p.metrics.Reloaded(false)
	for _, fault := range faults {
		p.slog.Error("edit rejected, the previous revision serves on", "fault", fault.Error(), "serving", p.current.Load().Revision, "frame", fault.Frame())
	}
}

// accept says whether the files had been rejected until now.
func (p *Proxy) accept() (were bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	were, p.rejected = p.rejected != nil, nil
	return were
}

// askForRestart says which changes only a restart brings.
func (p *Proxy) askForRestart(old, next *config.Config) {
	secured := (old.TLS == nil) != (next.TLS == nil) || (old.AdminTLS == nil) != (next.AdminTLS == nil)
	if old.Listen != next.Listen || old.Admin != next.Admin || old.Telemetry != next.Telemetry || secured {
		p.slog.Warn("listen, admin, telemetry, and whether there is tls, take effect at the next restart",
			"listen", next.Listen, "admin", next.Admin)
	}
}

// watch looks after the files of the current snapshot. Embedded ones do not change.
func (p *Proxy) watch() {
	var paths []string
	if p.sources.Config != "" {
		paths = append(paths, p.sources.Config)
	}
	c := p.current.Load().Config
	if dir := c.PoliciesDir(); dir != "" {
		paths = append(paths, dir)
	}
	paths = append(paths, c.Files()...)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(paths) == 0 || p.draining.Load() || p.watcher != nil && slices.Equal(p.watched, paths) {
		return
	}
	watcher, err := watch.New(paths, p.reload)
	if err != nil {
		p.slog.Error("changes will not be noticed", "watch", paths, "error", err)
		return
	}
	if p.watcher != nil {
		go p.watcher.Close() // it may be waiting for this very call to return
	}
	p.watcher, p.watched = watcher, paths
}

func (p *Proxy) stopWatching() {
	p.mu.Lock()
	watcher := p.watcher
	p.watcher = nil
	p.mu.Unlock()
	if watcher != nil {
		watcher.Close()
	}
}
