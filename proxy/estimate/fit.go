package estimate

import "spillway/proxy/dialect"

// dense is how few bytes of a body make a token at worst: wide characters, and numbers.
const dense = 2

// Fit says whether a prompt and the answer it asks for fit into a window.
type Fit struct {
	// Input is the estimate of the prompt, and Room what the window has for it.
	Input, Room int
}

// Fits says whether the prompt fits into the room.
func (f Fit) Fits() bool { return f.Input <= f.Room }

// Fit holds the call against a model's window, of which the answer needs its share. A body that is too short to be near the
// window is not looked at: its Input is 0. Windows of 0 are unknown, and everything fits.
func (e *Estimator) Fit(c *dialect.Call, name string, window, answer int) Fit {
	room := window - answer
	if window <= 0 || len(c.Body) <= dense*room {
		return Fit{Room: max(room, 0)}
	}
	return Fit{Input: e.Tokens(c, name), Room: room}
}
