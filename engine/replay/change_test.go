package replay_test

import (
	"fmt"
	"testing"

	"spillway/engine/replay"
)

func TestCompare(t *testing.T) {
	type action = map[string]any
	fails := replay.Chosen{Fault: "decide threw Error: a"}
	tests := []struct {
		before, after replay.Chosen
		want          string
	}{
		{replay.Chosen{Action: action{"send": "a"}, At: "x.ts:1:1"}, replay.Chosen{Action: action{"send": "a"}, At: "y.ts:2:2"}, ""},
		{replay.Chosen{Action: action{"send": "a"}}, replay.Chosen{Action: action{"send": "b"}}, "send a → send b [send]"},
		{replay.Chosen{Action: action{"send": "a"}}, replay.Chosen{Action: action{"fail": "last", "because": "c"}}, "send a → fail last [send fail because]"},
		{replay.Chosen{Action: action{"fail": action{"status": 503.}}}, replay.Chosen{Action: action{"fail": action{"status": 429.}}}, "fail 503 → fail 429 [fail]"},
		{replay.Chosen{Action: action{"fail": action{"status": 503., "message": "a"}}}, replay.Chosen{Action: action{"fail": action{"status": 503., "message": "b"}}}, "fail [fail]"},
		{replay.Chosen{Action: action{"send": "a", "queue": 1.}}, replay.Chosen{Action: action{"send": "a", "after": 2., "because": "d"}}, "after, queue [after queue because]"},
		{replay.Chosen{Action: action{"send": "a"}}, replay.Chosen{Action: action{"send": "a", "because": "d"}}, "because alone [because]"},
		{replay.Chosen{Action: action{"send": "a"}}, fails, "send a → no valid action [fault]"},
		{fails, replay.Chosen{Action: action{"send": "a"}}, "no valid action → send a [fault]"},
		{fails, fails, ""},
		{fails, replay.Chosen{Fault: "decide threw Error: b"}, "fails in another way [fault]"},
	}
	for _, test := range tests {
		got := ""
		if change := replay.Compare(test.before, test.after); change != nil {
			got = fmt.Sprint(change.Kind, " ", change.Keys)
		}
		if got != test.want {
			t.Errorf("%v and %v: %q, want %q", test.before, test.after, got, test.want)
		}
	}
}
