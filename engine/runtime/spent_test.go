package runtime

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
)

// What a client has spent is recorded, and a decision that looked at it is made anew when it has changed.
func TestSpent(t *testing.T) {
	const policy = `const { spent } = request.client;
		return { send: "claude", model: spent.day.dollars > 5 || spent.day.dollars + spent.month.tokens > 1e6 ? "small" : undefined, because: "" + spent.share };`
	in := input(0)
	for _, c := range []struct {
		dollars float64
		model   string
	}{{4, ""}, {6, "small"}, {4, ""}} {
		in.Request.Client.Spent = engine.Spent{Day: engine.Spending{Dollars: c.dollars}, Month: engine.Spending{Tokens: 9}, Share: 0.5}
		d := decide(t, policy, in)
		if d.Action.Send == nil || d.Action.Send.Model != c.model || d.Action.Because != "0.5" {
			t.Errorf("%v dollars: %+v", c.dollars, d)
		}
		if c.dollars != 4 {
			continue
		}
		want := []engine.Read{
			{Name: "request.client.spent.day.dollars", Value: 4.0}, {Name: "request.client.spent.month.tokens", Value: 9},
			{Name: "request.client.spent.share", Value: 0.5},
		}
		if diff := cmp.Diff(want, d.Reads); diff != "" {
			t.Errorf("reads (-want +got):\n%s", diff)
		}
	}
}
