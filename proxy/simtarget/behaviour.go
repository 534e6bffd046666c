package simtarget

import "strconv"

// Behaviour decides what a request gets. It is called once for each request, from many goroutines. Behaviours made by
// this package can be called from a behaviour of one's own: return Overloaded()(r).
type Behaviour func(r *Seen) Answer

// InTurn gives the first request the first behaviour, the second the second, and all that follow the last.
func InTurn(first Behaviour, rest ...Behaviour) Behaviour {
	turns := append([]Behaviour{first}, rest...)
	return func(r *Seen) Answer { return turns[min(r.N, len(turns)-1)](r) }
}

// JSON answers anything with this status and body.
func JSON(status int, body string) Behaviour {
	return func(r *Seen) Answer { return whole(r, strconv.Itoa(status), status, []byte(body)) }
}

// whole is an answer of one JSON body.
func whole(r *Seen, name string, status int, body []byte) Answer {
	return Answer{
		Name: name, Status: status,
		Fields: append(fields(r), Field{"content-type", "application/json"}),
		Pieces: []Piece{{Data: body}},
	}
}

// streamed is a 200 of server-sent events.
func streamed(r *Seen, name string, pieces []Piece) Answer {
	return Answer{
		Name: name, Status: 200, Chunked: true,
		Fields: append(fields(r), Field{"content-type", "text/event-stream; charset=utf-8"}, Field{"cache-control", "no-cache"}),
		Pieces: pieces,
	}
}

// named is an SSE event with an event line.
func named(event, data string) Piece {
	return Piece{Data: []byte("event: " + event + "\ndata: " + data + "\n\n")}
}

// unnamed is an SSE event of data alone.
func unnamed(data string) Piece {
	return Piece{Data: []byte("data: " + data + "\n\n")}
}

// closing marks pieces as the clean end of an answer.
func closing(pieces ...Piece) []Piece {
	for i := range pieces {
		pieces[i].Closing = true
	}
	return pieces
}
