package proxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"spillway/engine"
	"spillway/engine/watch"
	"spillway/proxy/account"
	"spillway/proxy/candidate"
	"spillway/proxy/clock"
	"spillway/proxy/config"
	"spillway/proxy/gate"
	"spillway/proxy/hangup"
	"spillway/proxy/journal"
	"spillway/proxy/loop"
	"spillway/proxy/metrics"
	"spillway/proxy/pulse"
	"spillway/proxy/snapshot"
	"spillway/proxy/target"
	"spillway/proxy/telemetry"
	"spillway/proxy/trace"
)

// recentRequests is how many requests the admin API remembers.
const recentRequests = 1000

// Limits of the listener.
const (
	maxHeader   = 8 << 10         // bytes of request line and headers
	readTimeout = 2 * time.Minute // for a whole request to arrive
	idleTimeout = 3 * time.Minute // between requests on one connection
)

// Proxy is a running Spillway. Its methods are safe for concurrent use.
type Proxy struct {
	sources snapshot.Sources
	slog    *slog.Logger
	access  *slog.Logger // nil = none
	clock   clock.Clock
	loop    *loop.Loop
	gates   *gate.Gates
	log     *trace.Log
	metrics *metrics.Metrics
	faults  faultLog
	pulse   pulse.Pulse
	exports *telemetry.Telemetry            // nil when off
	journal atomic.Pointer[journal.Journal] // nil when decisions are not logged
	hangups *hangup.Watcher
	book    *account.Book
	shadows *candidate.Shadows
	bodies  bodies

	current  atomic.Pointer[snapshot.Snapshot]
	draining atomic.Bool
	retired  atomic.Bool // another process serves now
	lastID   atomic.Uint64
	idPrefix string

	server, admin     *fasthttp.Server
	listener, adminAt net.Listener
	sendTimeout       time.Duration

	reloading sync.Mutex       // held by the one reload at a time
	journalAt journal.Settings // of journal; the one reload's

	mu       sync.Mutex                // guards what follows
	senders  map[string]*target.Target // by what their connections depend on
	rejected *rejection                // nil while the files on disk are what serves
	watcher  *watch.Watcher
	watched  []string // the paths under watch
}

// New loads the first snapshot and binds both listeners; bind may be nil. The error is [engine.Faults] when files are at fault.
func New(sources snapshot.Sources, bind Bind, log *slog.Logger) (*Proxy, error) {
	p := &Proxy{
		sources: sources, slog: log, clock: clock.Real{}, log: trace.NewLog(recentRequests), hangups: hangup.New(), sendTimeout: sendTimeout,
		idPrefix: strconv.FormatInt(time.Now().UnixMilli(), 36) + "-", senders: map[string]*target.Target{},
	}
	p.bodies.most = room()
	p.gates = gate.New(p.clock, gate.Settings{})
	p.book = account.NewBook(p.clock, p.tellSaving)
	p.metrics = metrics.New(&state{p}, &spending{p})
	p.loop = &loop.Loop{Clock: p.clock, Gates: p.gates, Counters: &loop.Counters{}, Observe: observer{p}, Benched: p.benched}
	p.shadows = candidate.NewShadows(p.clock)
	if err := p.start(bind); err != nil {
		p.hangups.Close()
		p.shadows.Close()
		p.journal.Load().Close()
		_ = p.book.Close()
		return nil, err
	}
	return p, nil
}

func (p *Proxy) start(bind Bind) error {
	f, faults := p.sources.Read()
	if len(faults) > 0 {
		return faults
	}
	next, faults := f.Build(p.current.Load(), p.connect, p.clock.Now())
	if faults = append(f.Config.Unwritable(os.Getenv), faults...); len(faults) > 0 {
		return faults
	}
	if faults := p.openAccounts(next); len(faults) > 0 {
		return faults
	}
	p.swap(next)
	err := p.keepDecisions(next.Config)
	if err != nil {
		return err
	}
	if p.listener, err = bind.open("clients", next.Config.Listen); err != nil {
		return fmt.Errorf("listen for clients: %w", err)
	}
	if p.adminAt, err = bind.open("admin", next.Config.Admin); err != nil {
		_ = p.listener.Close()
		return fmt.Errorf("listen for the admin API: %w", err)
	}
	if p.exports, err = telemetry.Start(context.Background(), p.telemetry(next.Config)); err != nil {
		return errors.Join(err, p.listener.Close(), p.adminAt.Close())
	}
	p.server = &fasthttp.Server{
		Handler: p.handle, ErrorHandler: p.badRequest, ExpectHandler: p.expected, Logger: quietLog{p.slog},
		NoDefaultServerHeader: true, NoDefaultContentType: true, NoDefaultDate: true,
		ReadBufferSize: maxHeader, StreamRequestBody: true,
		ReadTimeout: readTimeout, IdleTimeout: idleTimeout, CloseOnShutdown: true,
		DisablePreParseMultipartForm: true, DisableHeaderNamesNormalizing: true, LazyRequestTime: true,
	}
	p.admin = &fasthttp.Server{
		Handler: p.serveAdmin, Logger: quietLog{p.slog}, NoDefaultServerHeader: true,
		ReadTimeout: readTimeout, IdleTimeout: idleTimeout,
	}
	return nil
}

// URL is where clients connect, without a path.
func (p *Proxy) URL() string { return scheme(p.current.Load().Config.TLS) + p.Addr() }

// AdminURL is where the admin API is, without a path.
func (p *Proxy) AdminURL() string { return scheme(p.current.Load().Config.AdminTLS) + p.AdminAddr() }

func scheme(t *config.TLS) string {
	if t != nil {
		return "https://"
	}
	return "http://"
}

// Addr is where clients connect, as host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// AdminAddr is where the admin API is, as host:port.
func (p *Proxy) AdminAddr() string { return p.adminAt.Addr().String() }

func (p *Proxy) longestBody() int64 { return p.current.Load().Config.Limits.Body }

// Revision is the snapshot's in use.
func (p *Proxy) Revision() string { return p.current.Load().Revision }

// Open is how many requests are under way.
func (p *Proxy) Open() int { return p.hangups.Open() }

// Serve serves until Shutdown, and watches the files it serves from.
func (p *Proxy) Serve() error {
	p.watch()
	p.reload() // what changed before the watch began
	failed := make(chan error, 2)
	clients := p.secure(patientListener{p.listener, p.sendTimeout, p.longestBody}, clientTLS)
	go func() { failed <- p.server.Serve(clients) }()
	go func() { failed <- p.admin.Serve(p.secure(p.adminAt, adminTLS)) }()
	return errors.Join(<-failed, <-failed)
}

// retireTime is how long connections without a request stay open for one more after another process has taken over.
const retireTime = 5 * time.Second

// Retire leaves the listeners to another process. Connections that are open get to send one more request, whose answer tells them
// to come anew: to close them at once would lose what is being sent on them just then. It returns when none is left, or after
// five seconds; Shutdown is to follow.
func (p *Proxy) Retire() {
	p.retired.Store(true)
	p.stopWatching()
	_ = p.listener.Close()
	_ = p.adminAt.Close()
	for until := p.clock.Now().Add(retireTime); p.server.GetOpenConnectionsCount() > 0 && p.clock.Now().Before(until); {
		p.clock.Wait(20 * time.Millisecond)
	}
}

// Shutdown stops accepting, and lets requests and streams finish until ctx is done; then it cuts what is left and
// returns the ids of those requests. Only the first call does anything.
func (p *Proxy) Shutdown(ctx context.Context) (cut []string) {
	if p.draining.Swap(true) {
		return nil
	}
	p.stopWatching()
	if err := p.server.ShutdownWithContext(ctx); err != nil {
		cut = p.cutAll()
	}
	p.hangups.Close()
	p.closeExports(ctx)
	p.journal.Load().Close()
	if err := p.book.Close(); err != nil {
		p.slog.Error("what clients spent at last could not be saved", "error", err)
	}
	p.shadows.Close()
	_ = p.admin.Shutdown()
	_ = p.listener.Close() // for a Serve that has not come so far yet
	_ = p.adminAt.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.senders {
		t.Close()
	}
	p.current.Load().Policies.Close()
	return cut
}

// cutAll ends what is under way, leaves it a moment for a last word to its client, and returns the ids.
func (p *Proxy) cutAll() []string {
	cut := p.hangups.CutAll()
	for began := p.clock.Now(); p.hangups.Open() > 0 && p.clock.Now().Sub(began) < time.Second; {
		p.clock.Wait(10 * time.Millisecond)
	}
	p.hangups.CloseAll()
	return cut
}

// newID names a request: unique in this process, and over restarts.
func (p *Proxy) newID() string {
	return p.idPrefix + strconv.FormatUint(p.lastID.Add(1), 36)
}

// badRequest answers what the server could not read as a request.
func (p *Proxy) badRequest(ctx *fasthttp.RequestCtx, err error) {
	a := p.arrive(ctx)
	if c := patient(ctx.Conn()); c != nil && c.claude {
		a.api = engine.Anthropic
	}
	p.refuse(a, p.unreadable(a, err))
	a.partWays()
}

// expected answers a client that asks whether to send its body: not one that would be refused.
func (p *Proxy) expected(ctx *fasthttp.RequestCtx) (status int) {
	a := p.arrive(ctx)
	refused := a.admit()
	if refused == nil && int64(ctx.Request.Header.ContentLength()) > a.snapshot.Config.Limits.Body {
		refused = p.unreadable(a, fasthttp.ErrBodyTooLarge)
	}
	if refused == nil {
		return fasthttp.StatusContinue
	}
	p.refuse(a, refused)
	a.partWays()
	return refused.status
}

// partWays ends the connection behind the answer, since nobody reads the rest of the request.
func (a *arrival) partWays() {
	a.ctx.SetConnectionClose()
	if c := patient(a.ctx.Conn()); c != nil {
		c.linger.Store(true)
	}
}

// quietLog takes what fasthttp says of connections, which is seldom of use.
type quietLog struct{ log *slog.Logger }

// Printf implements fasthttp's Logger.
func (l quietLog) Printf(format string, args ...any) { l.log.Debug(fmt.Sprintf(format, args...)) }
