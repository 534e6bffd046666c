package simtarget

import (
	"context"
	"fmt"
	"net"
	"sync"

	"spillway/engine"
)

// Config says what a target is. The zero value is an Anthropic target that answers every request well.
type Config struct {
	// Dialect is what the target speaks; "" = engine.Anthropic.
	Dialect engine.API
	// Behaviour decides what each request gets; nil = a short message.
	Behaviour Behaviour
	// Keep is how many of the latest requests [Server.Requests] gives back; 0 = 1,000, negative = none. A target under
	// load keeps none: then a Seen and its slices are valid only until its answer has ended.
	Keep int
	// Listener is where to listen; nil = a free port of 127.0.0.1. The server closes it.
	Listener net.Listener
}

// Server is a running target. Its methods may be called from any goroutine.
type Server struct {
	config Config
	closed *event
	ledger ledger

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	work  sync.WaitGroup
}

// Start begins to listen and to answer.
func Start(c Config) (*Server, error) {
	if c.Dialect == "" {
		c.Dialect = engine.Anthropic
	}
	if c.Behaviour == nil {
		c.Behaviour = Message("Hello from a simulated target.")
	}
	if c.Keep == 0 {
		c.Keep = 1000
	}
	if c.Listener == nil {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("start a simulated target: %w", err)
		}
		c.Listener = ln
	}
	s := &Server{config: c, closed: newEvent(), conns: make(map[net.Conn]struct{}), ledger: newLedger(c.Keep)}
	s.work.Go(s.accept)
	return s, nil
}

// URL is what one would give the dialect's official SDK as its base URL: OpenAI's ends in /v1.
func (s *Server) URL() string {
	base := "http://" + s.config.Listener.Addr().String()
	if s.config.Dialect == engine.OpenAI {
		return base + "/v1"
	}
	return base
}

// Close stops listening, breaks off every answer that is under way, and returns when all of it has ended.
func (s *Server) Close() {
	s.closed.happen()
	s.config.Listener.Close()
	s.mu.Lock()
	for conn := range s.conns {
		conn.Close()
	}
	s.mu.Unlock()
	s.work.Wait()
}

// Requests gives the latest requests, oldest first.
func (s *Server) Requests() []*Seen { return s.ledger.latest() }

// Counts says how many requests got which answer, by [Answer.Name]. A request counts when its answer begins.
func (s *Server) Counts() map[string]int { return s.ledger.counts() }

// Violations lists what kept requests did that a real target does not accept, as "METHOD /path: what". A good proxy has none.
func (s *Server) Violations() []string {
	var all []string
	for _, r := range s.Requests() {
		for _, v := range r.Violations {
			all = append(all, r.Method+" "+r.Path+": "+v)
		}
	}
	return all
}

// Await blocks until request number n, counted from 0, has arrived. It fails when ctx ends first or n is no longer kept.
func (s *Server) Await(ctx context.Context, n int) (*Seen, error) {
	for {
		seen, more := s.ledger.find(n)
		if seen != nil {
			return seen, nil
		}
		if more == nil {
			return nil, fmt.Errorf("request %d of the simulated target is no longer kept", n)
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, fmt.Errorf("await request %d of the simulated target: %w", n, ctx.Err())
		}
	}
}

func (s *Server) accept() {
	for {
		raw, err := s.config.Listener.Accept()
		if err != nil {
			return
		}
		if !s.admit(raw) {
			raw.Close()
			return
		}
		s.work.Go(func() {
			defer s.dismiss(raw)
			newConn(s, raw).serve()
		})
	}
}

// admit registers a connection; false when the server is closing.
func (s *Server) admit(raw net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.happened() {
		return false
	}
	s.conns[raw] = struct{}{}
	return true
}

func (s *Server) dismiss(raw net.Conn) {
	raw.Close()
	s.mu.Lock()
	delete(s.conns, raw)
	s.mu.Unlock()
}
