package simulate

import (
	"time"

	"spillway/engine/script"
)

// Contender is what stands between clients and targets: Spillway with a policy, or one of the built-in opponents, which have no
// proxy. It is immutable.
type Contender struct {
	// Name is the policy's, or the opponent's.
	Name string
	// About says in a few words what it is.
	About string

	program *script.Program // nil without a proxy
	naive   bool
}

// The names of the built-in opponents.
const (
	NaiveName = "naive"
	SDKName   = "sdk"
)

// Policy is Spillway with a policy. Clients have SDKs with their usual retries.
func Policy(program *script.Program) Contender {
	return Contender{Name: program.Name(), About: "Spillway, with this policy", program: program}
}

// Opponents are the built-in ones: naive clients, which try again at once and up to ten times, whatever went wrong; and official SDKs
// with their defaults. Both send to the first target of their dialect.
func Opponents() []Contender {
	return []Contender{
		{Name: NaiveName, About: "no proxy; tries again at once, ten times in all", naive: true},
		{Name: SDKName, About: "no proxy; an official SDK's own retries"},
	}
}

// again says whether a client tries again, and after how long.
func (c *Contender) again(o *order, out *outcome, tries int) (time.Duration, bool) {
	if c.naive {
		return atOnce(out, tries)
	}
	return o.again(out, tries)
}
