// Package hangup notices that a client has left while nobody reads from its connection: during a wait, a slow first
// event or a silent stream. The server does not tell (fasthttp's ctx.Done does not fire), so a few times a second one
// goroutine peeks at every connection that has a request under way.
package hangup

import (
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"spillway/proxy/clock"
)

// Interval is how often connections are looked at.
const Interval = 250 * time.Millisecond

const shards = 16 // so that a look at 10,000 connections holds up few requests

// Watcher looks after every open request. Safe for concurrent use. [Watcher.Close] ends its goroutine.
type Watcher struct {
	shards [shards]shard
	next   atomic.Uint32
	stop   chan struct{}
}

type shard struct {
	mu   sync.Mutex
	head *Visit // doubly linked, so that leaving is cheap
	open int
}

// Visit is one request under way on a client's connection.
type Visit struct {
	// Gone fires when the client has hung up, or was cut.
	Gone clock.Signal

	id         string
	cut        atomic.Bool
	conn       net.Conn
	secure     bool            // what can be read is not for us to tell apart: its end may be an alert of TLS
	raw        syscall.RawConn // set at the first look: short requests never need it
	shard      *shard
	prev, next *Visit
	left       bool
}

// New starts watching.
func New() *Watcher {
	w := &Watcher{stop: make(chan struct{})}
	go w.run()
	return w
}

// Close stops watching.
func (w *Watcher) Close() { close(w.stop) }

// Enter begins to watch over the request id on conn. Nobody may read conn until [Visit.Leave].
func (w *Watcher) Enter(conn net.Conn, id string) *Visit {
	s := &w.shards[w.next.Add(1)%shards]
	v := &Visit{id: id, conn: conn, shard: s}
	_, v.secure = conn.(interface{ ConnectionState() tls.ConnectionState })
	s.mu.Lock()
	if v.next = s.head; v.next != nil {
		v.next.prev = v
	}
	s.head = v
	s.open++
	s.mu.Unlock()
	return v
}

// Leave ends the watch. Later calls do nothing.
func (v *Visit) Leave() {
	s := v.shard
	s.mu.Lock()
	defer s.mu.Unlock()
	if v.left {
		return
	}
	v.left = true
	if v.prev != nil {
		v.prev.next = v.next
	} else {
		s.head = v.next
	}
	if v.next != nil {
		v.next.prev = v.prev
	}
	s.open--
}

// Open is how many requests are under way.
func (w *Watcher) Open() int {
	n := 0
	for i := range w.shards {
		s := &w.shards[i]
		s.mu.Lock()
		n += s.open
		s.mu.Unlock()
	}
	return n
}

// CutAll makes Gone fire for every request under way, and returns the requests' ids. The connections stay, for a last word.
func (w *Watcher) CutAll() []string {
	var ids []string
	for _, v := range w.where(func(*Visit) bool { return true }) {
		ids = append(ids, v.id)
		v.cut.Store(true)
		v.Gone.Fire()
	}
	return ids
}

// CloseAll closes the connection of every request that is still under way.
func (w *Watcher) CloseAll() {
	for _, v := range w.where(func(*Visit) bool { return true }) {
		_ = v.conn.Close()
	}
}

// Cut says whether Gone fired because of [Watcher.CutAll]: the client is still there.
func (v *Visit) Cut() bool { return v.cut.Load() }

func (w *Watcher) run() {
	ticker := time.NewTicker(Interval)
	defer ticker.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-ticker.C:
			for _, v := range w.where((*Visit).hungUp) {
				v.Gone.Fire()
			}
		}
	}
}

// where is every visit for which is holds. Signals fire outside the locks: what they run may leave.
func (w *Watcher) where(is func(*Visit) bool) []*Visit {
	var found []*Visit
	for i := range w.shards {
		s := &w.shards[i]
		s.mu.Lock()
		for v := s.head; v != nil; v = v.next {
			if is(v) {
				found = append(found, v)
			}
		}
		s.mu.Unlock()
	}
	return found
}

// hungUp peeks at the connection: its end, or an error other than "nothing to read", means that the client has left.
func (v *Visit) hungUp() bool {
	if v.raw == nil {
		sc, ok := v.conn.(syscall.Conn)
		if !ok {
			return false
		}
		raw, err := sc.SyscallConn()
		if err != nil {
			return true
		}
		v.raw = raw
	}
	gone := false
	err := v.raw.Control(func(fd uintptr) {
		var b [1]byte
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		gone = err == nil && (n == 0 || v.secure && closedBehind(fd)) || err != nil && !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EINTR)
	})
	return err != nil || gone
}
