package demo

import (
	"testing"

	"spillway/proxy/simtarget"
)

func TestClientTellsOutcomesApart(t *testing.T) {
	hello := simtarget.Message("Hello there.")
	for name, tt := range map[string]struct {
		behaviour     simtarget.Behaviour
		whole, stream outcome
	}{
		"answer":            {hello, ok, ok},
		"overloaded":        {simtarget.Overloaded(), overloaded, overloaded},
		"overloaded in 200": {simtarget.OverloadedInStream(), overloaded, inStream},
		"after preamble":    {simtarget.OverloadedAfterPreamble(), overloaded, inStream},
		"error with 200":    {simtarget.ErrorWith200(), otherwise, broken},
		"reset":             {simtarget.ResetAtOnce(), broken, broken},
		"cut":               {simtarget.CutAfter(4, hello), broken, broken},
		"truncated":         {simtarget.Truncated(hello), ok, broken},
		"other status":      {simtarget.ServerError(), otherwise, otherwise},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := simtarget.Start(simtarget.Config{Behaviour: tt.behaviour})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			c := newClient(s.URL())
			defer c.close()
			for stream, want := range map[bool]outcome{false: tt.whole, true: tt.stream} {
				got := c.ask(t.Context(), question{client: "c", text: "hello?", stream: stream})
				if got.outcome != want || (got.firstContent > 0) != (want == ok) {
					t.Errorf("stream %t: got %+v, want outcome %d", stream, got, want)
				}
			}
			if v := s.Violations(); v != nil {
				t.Errorf("the client violates: %q", v)
			}
		})
	}
}
