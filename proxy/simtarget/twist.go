package simtarget

import "time"

// Hang takes a request and never answers.
func Hang() Behaviour {
	return func(*Seen) Answer { return Answer{Name: "hang", End: Stall} }
}

// ResetAtOnce aborts the connection (TCP RST) before any byte of an answer.
func ResetAtOnce() Behaviour {
	return func(*Seen) Answer { return Answer{Name: "reset", End: Reset} }
}

// SlowStart lets d pass before the first byte.
func SlowStart(d time.Duration, b Behaviour) Behaviour {
	return func(r *Seen) Answer {
		a := b(r)
		a.Wait += d
		return a
	}
}

// QuietStart sends the head at once and lets d pass before the first byte of the body.
func QuietStart(d time.Duration, b Behaviour) Behaviour {
	return func(r *Seen) Answer {
		a := b(r)
		if len(a.Pieces) > 0 {
			a.Pieces[0].Wait += d
		}
		return a
	}
}

// SlowDrip lets d pass before each event but the first.
func SlowDrip(d time.Duration, b Behaviour) Behaviour {
	return func(r *Seen) Answer {
		a := b(r)
		for i := 1; i < len(a.Pieces); i++ {
			a.Pieces[i].Wait += d
		}
		return a
	}
}

// ResetAfter aborts the connection (TCP RST) after n events; a whole answer in the middle of its body.
func ResetAfter(n int, b Behaviour) Behaviour { return stopAfter(n, "reset late", Reset, b) }

// CutAfter closes the connection (TCP FIN) after n events, inside the body; a whole answer in its middle.
func CutAfter(n int, b Behaviour) Behaviour { return stopAfter(n, "cut", Cut, b) }

// StallAfter says no more after n events; a whole answer after half its body.
func StallAfter(n int, b Behaviour) Behaviour { return stopAfter(n, "stall", Stall, b) }

func stopAfter(n int, name string, end End, b Behaviour) Behaviour {
	return func(r *Seen) Answer {
		a := b(r)
		a.Name, a.End = name, end
		if a.Chunked {
			a.Pieces = a.Pieces[:min(n, len(a.Pieces))]
			return a
		}
		a.Length = a.length()
		a.Pieces = halve(a.Pieces)
		return a
	}
}

func halve(pieces []Piece) []Piece {
	if len(pieces) == 0 {
		return nil
	}
	data := pieces[0].Data
	return []Piece{{Wait: pieces[0].Wait, Data: data[:len(data)/2]}}
}

// Truncated ends a stream cleanly, but without what says that the message is complete.
func Truncated(b Behaviour) Behaviour {
	return func(r *Seen) Answer {
		a := b(r)
		a.Name = "truncated"
		var open []Piece
		for _, p := range a.Pieces {
			if !p.Closing {
				open = append(open, p)
			}
		}
		a.Pieces = open
		return a
	}
}

// WrongLength declares off bytes more than the body has, and closes the connection; a stream is unchanged.
func WrongLength(off int, b Behaviour) Behaviour {
	return func(r *Seen) Answer {
		a := b(r)
		if !a.Chunked {
			a.Name, a.Length, a.End = "wrong length", a.length()+off, Cut
		}
		return a
	}
}

// LeavesAfter answers well and then closes the connection without having said so: a proxy that reuses it finds it stale.
func LeavesAfter(b Behaviour) Behaviour {
	return func(r *Seen) Answer {
		a := b(r)
		a.End = Leave
		return a
	}
}

// Torn writes the body in pieces of size bytes, wherever that cuts events, lines and characters. The framing is by
// chunks, each of its own write.
func Torn(size int, b Behaviour) Behaviour {
	return func(r *Seen) Answer {
		a := b(r)
		a.Chunked = true
		var torn []Piece
		for _, p := range a.Pieces {
			torn = append(torn, tear(p, size)...)
		}
		a.Pieces = torn
		return a
	}
}

func tear(p Piece, size int) []Piece {
	var torn []Piece
	for from := 0; from < len(p.Data); from += size {
		to := min(from+size, len(p.Data))
		torn = append(torn, Piece{Data: p.Data[from:to], Closing: p.Closing})
	}
	if len(torn) > 0 {
		torn[0].Wait = p.Wait
	}
	return torn
}
