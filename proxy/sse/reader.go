package sse

import (
	"errors"
	"io"
	"sync"
)

// smallBuffer is the size of the buffer a stream normally lives in. Thousands of streams are open at once, and almost
// all of their events are a few hundred bytes.
const smallBuffer = 2 << 10

var smallBuffers = sync.Pool{New: func() any { return new([smallBuffer]byte) }}

// Reader cuts a stream into events. It is owned by one goroutine.
type Reader struct {
	source   io.Reader
	maxEvent int
	small    *[smallBuffer]byte // pooled; nil while a larger buffer is in use
	buf      []byte
	start    int    // where the event that is being scanned begins
	end      int    // where the bytes that have arrived end
	scan     scan   // how far that event has been scanned
	joined   []byte // data of events with several data lines
	lastSize int    // bytes of the event returned last
	opened   bool   // an event has been returned, so that no byte order mark can follow
	err      error  // why nothing more will arrive
}

// NewReader reads events of at most maxEvent bytes from r. Call [Reader.Release] when done.
func NewReader(r io.Reader, maxEvent int) *Reader {
	small := smallBuffers.Get().(*[smallBuffer]byte)
	return &Reader{source: r, maxEvent: maxEvent, small: small, buf: small[:]}
}

// Next is the next event; it reads from the source only when none has arrived whole. Its errors, which stay: io.EOF at a
// clean end between events, io.ErrUnexpectedEOF when the stream ends inside one ([Reader.Pending] has its bytes),
// [ErrTooLarge] past the cap, and the source's own errors as they are.
func (r *Reader) Next() (Event, error) {
	for !r.arrived() {
		switch {
		case r.end-r.start > r.maxEvent:
			return Event{}, ErrTooLarge
		case errors.Is(r.err, io.EOF) && r.end > r.start:
			return Event{}, io.ErrUnexpectedEOF
		case r.err != nil:
			return Event{}, r.err
		}
		r.fill()
	}
	if r.scan.size > r.maxEvent {
		return Event{}, ErrTooLarge
	}
	return r.take(), nil
}

// Buffered says whether Next has a whole event already, so that it would not read from the source.
func (r *Reader) Buffered() bool {
	return r.arrived() && r.scan.size <= r.maxEvent
}

// Pending is the bytes that have arrived of an event whose end has not. They alias the buffer.
func (r *Reader) Pending() []byte { return r.buf[r.start:r.end] }

// Release gives the buffer back. Neither the reader nor an event of it may be used afterwards.
func (r *Reader) Release() {
	if r.small != nil {
		smallBuffers.Put(r.small)
	}
	*r = Reader{err: io.ErrClosedPipe}
}

func (r *Reader) arrived() bool {
	return r.scan.advance(r.buf[r.start:r.end], r.opened, r.err != nil)
}

func (r *Reader) take() Event {
	raw := r.buf[r.start : r.start+r.scan.size : r.start+r.scan.size]
	e := Event{Raw: raw, Name: r.scan.name.of(raw), Data: r.scan.data.of(raw)}
	if r.scan.dataLines > 1 {
		r.joined = appendJoined(r.joined[:0], raw[r.scan.head:])
		e.Data = r.joined
	}
	r.start += len(raw)
	r.lastSize = len(raw)
	r.opened = true
	r.scan = scan{}
	return e
}

func (r *Reader) fill() {
	r.makeRoom()
	for range 100 {
		n, err := r.source.Read(r.buf[r.end:])
		r.end += n
		r.err = err
		if n > 0 || err != nil {
			return
		}
	}
	r.err = io.ErrNoProgress
}

// makeRoom leaves free space behind the bytes that have arrived, in the small buffer when they fit there again.
func (r *Reader) makeRoom() {
	have := r.end - r.start
	switch {
	case r.small == nil && have <= smallBuffer/2 && r.lastSize <= smallBuffer/2:
		r.small = smallBuffers.Get().(*[smallBuffer]byte)
		r.moveTo(r.small[:])
		r.joined = nil
	case have == 0 || r.end == len(r.buf) && r.start > 0:
		r.moveTo(r.buf)
	case r.end == len(r.buf):
		small := r.small
		r.small = nil
		r.moveTo(make([]byte, min(2*len(r.buf)-1, r.maxEvent)+1))
		if small != nil {
			smallBuffers.Put(small)
		}
	}
}

func (r *Reader) moveTo(buf []byte) {
	r.end = copy(buf, r.buf[r.start:r.end])
	r.start = 0
	r.buf = buf
}
