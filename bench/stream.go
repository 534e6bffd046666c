package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"time"
)

// eventReader reads the server-sent events of one answer after the other and notes how long each delta was on its way
// from the target. It is used by one goroutine.
type eventReader struct {
	lines *bufio.Reader
}

// errIncomplete is a stream that ended without its last event.
var errIncomplete = errors.New("the stream ended without message_stop")

// read reads a stream to its end. seen is called for each event with its time on the way, 0 when it tells none.
func (r *eventReader) read(body io.Reader, seen func(onItsWay time.Duration)) error {
	r.lines.Reset(body)
	complete := false
	for {
		line, err := r.lines.ReadSlice('\n')
		if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
			seen(sinceStamp(line))
			complete = bytes.Equal(data, []byte(`{"type":"message_stop"}`+"\n"))
		}
		switch {
		case err == io.EOF && complete:
			return nil
		case err == io.EOF:
			return errIncomplete
		case err != nil:
			return err
		}
	}
}

// sinceStamp is the time since the target wrote this line; both read the same machine's clock.
func sinceStamp(line []byte) time.Duration {
	rest, ok := bytes.CutPrefix(line, []byte(stampBefore))
	digits, _, ok2 := bytes.Cut(rest, []byte(" "))
	if !ok || !ok2 {
		return 0
	}
	sent, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(time.Now().UnixNano() - sent)
}
