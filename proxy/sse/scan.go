package sse

import "bytes"

// scan is how far one event has been read. Offsets count from the event's first byte, so that the buffer may move.
type scan struct {
	head      int  // bytes of a byte order mark
	line      int  // where the current line begins
	searched  int  // no line ends before this
	loneCR    bool // the line before ended with a carriage return alone
	name      span
	data      span // of the only data line
	dataLines int
	size      int // bytes of the whole event; 0 while its end has not arrived
}

// advance reads on in b, which begins with the event and holds all that has arrived of it, and says whether the event is
// whole. opened says that it is not the stream's first event, ended that nothing will follow b.
func (s *scan) advance(b []byte, opened, ended bool) bool {
	for s.size == 0 {
		at := indexLineEnd(b, s.searched)
		if at < 0 {
			s.searched = len(b)
			return false
		}
		from := s.line
		if from == 0 && !opened && bytes.HasPrefix(b, []byte(byteOrderMark)) {
			from = len(byteOrderMark)
			s.head = from
		}
		blank := from == at
		next := at + 1
		if b[at] == '\r' && (!blank || !s.loneCR) {
			// The line feed of a CRLF may still be on its way. Where lines end with CR alone, the blank line does too:
			// its event must not wait for the one that follows.
			if next == len(b) && !ended {
				s.searched = at
				return false
			}
			if next < len(b) && b[next] == '\n' {
				next++
			}
		}
		s.loneCR = b[next-1] == '\r'
		s.line, s.searched = next, next
		if blank {
			s.size = next
		} else {
			s.note(b, from, at)
		}
	}
	return true
}

// note takes what the line b[from:to] says.
func (s *scan) note(b []byte, from, to int) {
	field, value := cutField(b[from:to])
	at := span{to - len(value), to}
	switch string(field) {
	case "data":
		s.data = at
		s.dataLines++
	case "event":
		s.name = at
	}
}

const byteOrderMark = "\xef\xbb\xbf"

// span is a range of an event's bytes.
type span struct{ from, to int }

func (s span) of(raw []byte) []byte { return raw[s.from:s.to:s.to] }

// cutField splits a line into its field and value. A comment has an empty field.
func cutField(line []byte) (field, value []byte) {
	field, value, _ = bytes.Cut(line, []byte(":"))
	return field, bytes.TrimPrefix(value, []byte(" "))
}

// indexLineEnd is where the first line at or after from ends, -1 when no end has arrived.
func indexLineEnd(b []byte, from int) int {
	rest := b[from:]
	lf := bytes.IndexByte(rest, '\n')
	if lf >= 0 {
		rest = rest[:lf]
	}
	if cr := bytes.IndexByte(rest, '\r'); cr >= 0 {
		return from + cr
	}
	if lf >= 0 {
		return from + lf
	}
	return -1
}

// appendJoined appends the data lines of a whole event that has some, joined by line feeds.
func appendJoined(dst, raw []byte) []byte {
	for len(raw) > 0 {
		at := indexLineEnd(raw, 0)
		if field, value := cutField(raw[:at]); string(field) == "data" {
			dst = append(append(dst, value...), '\n')
		}
		raw = raw[at+1:]
	}
	return dst[:len(dst)-1]
}
