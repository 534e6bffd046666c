package simulate

import (
	"strconv"
	"time"

	"spillway/proxy/clock"
)

// order is one request of an application, from its first try to its end, with all that chance decides about it.
type order struct {
	number  uint64
	client  *client
	kind    int           // the client's place in the scenario
	arrived time.Duration // since the beginning
	prompt  *prompt
	answer  int // tokens it would be, if nothing bounded it
	dice    dice
	gone    clock.Signal // the person behind it has hung up
	sends   int
	stage   *stage
	begun   bool // the first content of its answer has arrived
}

// outcome is what came of one try of an order.
type outcome struct {
	end ending
	// status is that of the answer; 0 when there was none.
	status int
	// header is a header of a refusal, "" when absent; nil when there is none.
	header func(name string) string
	// begun says that an SDK has seen a 200, after which it does not try again.
	begun bool
	// first is when the first content arrived, since the beginning.
	first time.Duration
	// target and model served.
	target, model string
}

// ending is how a try or an order ended.
type ending int

// The endings.
const (
	served ending = iota
	failed        // there was an error in place of an answer
	broken        // the answer broke after its first content
	gaveUp        // the person behind it hung up
)

// again says whether an official SDK tries again, and after how long (PROTOCOLS: SDK retry rules).
func (o *order) again(out *outcome, tries int) (time.Duration, bool) {
	if tries > o.client.retries || out.begun || out.end == gaveUp {
		return 0, false
	}
	retry := out.status == 0 || out.status == 408 || out.status == 409 || out.status == 429 || out.status >= 500
	asked := time.Duration(0)
	if out.header != nil {
		switch out.header("x-should-retry") {
		case "true":
			retry = true
		case "false":
			retry = false
		}
		asked = seconds(out.header("retry-after"))
	}
	if asked > 0 && asked <= time.Minute {
		return asked, retry
	}
	wait := min(500*time.Millisecond<<(tries-1), 8*time.Second)
	return wait - time.Duration(o.dice.any()%uint64(wait/4)), retry
}

// seconds reads a retry-after; 0 when it is none.
func seconds(text string) time.Duration {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1e6 {
		return 0
	}
	return time.Duration(n) * time.Second
}

// naiveTries is how often a naive client asks in all.
const naiveTries = 10

// atOnce is how a naive client tries again: whatever went wrong, without a wait.
func atOnce(out *outcome, tries int) (time.Duration, bool) {
	return 0, tries < naiveTries && out.end != gaveUp
}
