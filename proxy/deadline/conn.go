// Package deadline makes time limits on connections cheap.
//
// A proxy sets several for every request and reaches hardly any of them, yet each costs a change to the runtime's timers. A
// [Conn] leaves a timer that is set for an earlier moment as it is, and moves it on only if it fires before its time.
package deadline

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// Conn is a TCP connection with cheap deadlines. It behaves like the connection in it, and its methods may be called
// concurrently like that one's. It has none of that one's other ways to read and write, which would be cut off too early.
type Conn struct {
	tcp         *net.TCPConn
	raw         syscall.RawConn // of tcp
	read, write limit
	in, out     transfer
}

// New wraps a connection that has no deadlines set.
func New(c *net.TCPConn) *Conn {
	raw, err := c.SyscallConn()
	if err != nil {
		panic(err) // only a nil connection has none
	}
	conn := &Conn{tcp: c, raw: raw, read: limit{arm: c.SetReadDeadline}, write: limit{arm: c.SetWriteDeadline}}
	conn.in.means("read", read)
	conn.out.means("write", write)
	return conn
}

// limit is one deadline: the moment that is wanted, and the one that the timer is set to, which is never later.
type limit struct {
	arm func(time.Time) error

	mu            sync.Mutex
	wanted, armed time.Time // zero = none
}

func (l *limit) set(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wanted = t
	if t.IsZero() || !l.armed.IsZero() && !t.Before(l.armed) {
		return nil
	}
	return l.rearm(t)
}

func (l *limit) rearm(t time.Time) error {
	l.armed = t
	return l.arm(t)
}

// early says whether an error comes from a timer that fired before the wanted moment. It is then set anew.
func (l *limit) early(err error) bool {
	if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.wanted.IsZero() && !l.wanted.After(time.Now()) {
		return false
	}
	return l.rearm(l.wanted) == nil
}

// SetDeadline implements [net.Conn].
func (c *Conn) SetDeadline(t time.Time) error { return errors.Join(c.read.set(t), c.write.set(t)) }

// SetReadDeadline implements [net.Conn].
func (c *Conn) SetReadDeadline(t time.Time) error { return c.read.set(t) }

// SetWriteDeadline implements [net.Conn].
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.write.set(t) }

// Read implements [net.Conn].
func (c *Conn) Read(b []byte) (int, error) {
	for {
		n, err := c.in.move(c.raw.Read, b)
		if n > 0 || !c.read.early(err) {
			return n, err
		}
	}
}

// Write implements [net.Conn].
func (c *Conn) Write(b []byte) (written int, err error) {
	for {
		n, err := c.out.move(c.raw.Write, b[written:])
		if written += n; written == len(b) || err != nil && !c.write.early(err) {
			return written, err
		}
	}
}

// Close implements [net.Conn].
func (c *Conn) Close() error { return c.tcp.Close() }

// CloseWrite ends the sending side alone.
func (c *Conn) CloseWrite() error { return c.tcp.CloseWrite() }

// LocalAddr implements [net.Conn].
func (c *Conn) LocalAddr() net.Addr { return c.tcp.LocalAddr() }

// RemoteAddr implements [net.Conn].
func (c *Conn) RemoteAddr() net.Addr { return c.tcp.RemoteAddr() }

// SyscallConn implements [syscall.Conn].
func (c *Conn) SyscallConn() (syscall.RawConn, error) { return c.raw, nil }

// Quiet says whether an idle connection still looks usable: open, and with nothing to read.
func (c *Conn) Quiet() bool {
	open := false
	err := c.raw.Control(func(fd uintptr) {
		_, err := peek(fd)
		open = errors.Is(err, syscall.EAGAIN)
	})
	return err == nil && open
}
