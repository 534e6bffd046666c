package simtarget

import (
	"net/http"
	"strconv"
	"time"
)

// Answer is what the target does on the wire for one request.
type Answer struct {
	// Name is what [Server.Counts] counts the answer as.
	Name string
	// Wait passes before the first byte.
	Wait time.Duration
	// Status begins the answer; 0 = nothing is written at all.
	Status int
	// Fields are the header fields in order, without those of the framing.
	Fields []Field
	// Pieces are the body in order; each is written by itself.
	Pieces []Piece
	// Chunked frames the body as HTTP chunks, a piece each; otherwise it has a Content-Length.
	Chunked bool
	// Length is declared as the Content-Length; 0 = the true one.
	Length int
	// End is what happens after the last piece.
	End End
}

// Field is one header field.
type Field struct{ Name, Value string }

// Piece is some of a body.
type Piece struct {
	// Wait passes before the piece.
	Wait time.Duration
	Data []byte
	// Closing marks what ends an answer well: a stream without its closing pieces is truncated.
	Closing bool
}

// End is how an answer ends.
type End int

// The ends.
const (
	// Keep completes the body and keeps the connection.
	Keep End = iota
	// Leave completes the body and closes the connection without having announced it.
	Leave
	// Cut closes the connection where the body stands (TCP FIN).
	Cut
	// Reset aborts the connection (TCP RST).
	Reset
	// Stall writes no more, and holds the connection until the other side hangs up or the server closes.
	Stall
)

// appendHead renders status line and headers.
func (a *Answer) appendHead(out []byte, closing bool) []byte {
	out = append(out, "HTTP/1.1 "...)
	out = strconv.AppendInt(out, int64(a.Status), 10)
	out = append(out, ' ')
	out = append(out, statusText(a.Status)...)
	out = append(out, "\r\n"...)
	for _, f := range a.Fields {
		out = append(append(append(append(out, f.Name...), ": "...), f.Value...), "\r\n"...)
	}
	if closing {
		out = append(out, "connection: close\r\n"...)
	}
	if a.Chunked {
		return append(out, "transfer-encoding: chunked\r\n\r\n"...)
	}
	out = append(out, "content-length: "...)
	out = strconv.AppendInt(out, int64(a.length()), 10)
	return append(out, "\r\n\r\n"...)
}

func (a *Answer) appendPiece(out []byte, p Piece) []byte {
	if !a.Chunked {
		return append(out, p.Data...)
	}
	if len(p.Data) == 0 {
		return out // an empty chunk would end the body
	}
	out = strconv.AppendInt(out, int64(len(p.Data)), 16)
	out = append(out, "\r\n"...)
	out = append(out, p.Data...)
	return append(out, "\r\n"...)
}

// length is the declared Content-Length.
func (a *Answer) length() int {
	if a.Length != 0 {
		return a.Length
	}
	n := 0
	for _, p := range a.Pieces {
		n += len(p.Data)
	}
	return n
}

func statusText(status int) string {
	if status == statusOverloaded {
		return "Overloaded"
	}
	return http.StatusText(status)
}

// statusOverloaded is Anthropic's own.
const statusOverloaded = 529
