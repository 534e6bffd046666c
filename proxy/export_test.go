package proxy

import (
	"time"

	"spillway/proxy/loop"
)

// Hasten shortens what clients get: the time for a request to arrive, for a connection to idle, and for a write to be taken.
func (p *Proxy) Hasten(d time.Duration) {
	p.server.ReadTimeout, p.server.IdleTimeout, p.sendTimeout = d, d, d
}

// MakeRoom bounds the memory of all requests' bodies.
func (p *Proxy) MakeRoom(bytes int64) { p.bodies.most = bytes }

// Wrap puts something around what reaches targets, before the first request.
func (p *Proxy) Wrap(around func(loop.Sender) loop.Sender) {
	s := p.current.Load()
	for _, t := range s.Targets {
		t.Sender = around(t.Sender)
	}
	p.current.Store(s)
}
