package simtarget

import (
	"bufio"
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// event happens at most once.
type event struct {
	once sync.Once
	c    chan struct{}
}

func newEvent() *event { return &event{c: make(chan struct{})} }

func (e *event) happen() { e.once.Do(func() { close(e.c) }) }

func (e *event) happened() bool {
	select {
	case <-e.c:
		return true
	default:
		return false
	}
}

// vigil watches a connection on which nothing is expected, to notice that the other side hangs up. Bytes that do arrive
// (a pipelined request) stay in the reader.
type vigil struct {
	raw  net.Conn
	over chan struct{}
}

// keepVigil begins to watch; gone happens when the other side hangs up.
func keepVigil(raw net.Conn, in *bufio.Reader, gone *event) *vigil {
	v := &vigil{raw: raw, over: make(chan struct{})}
	go func() {
		defer close(v.over)
		if _, err := in.Peek(1); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			gone.happen()
		}
	}()
	return v
}

// end stops watching and gives the reader back. A nil vigil has nothing to end.
func (v *vigil) end() {
	if v == nil {
		return
	}
	_ = v.raw.SetReadDeadline(time.Unix(1, 0)) // the past: ends the Peek
	<-v.over
	_ = v.raw.SetReadDeadline(time.Time{})
}
