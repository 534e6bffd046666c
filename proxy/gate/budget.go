package gate

import "time"

const (
	// budgetFloor is how many second sends a target bears in the budget's window without any success.
	budgetFloor = 10
	// budgetSlots seconds are the budget's window.
	budgetSlots = 10
)

// budget keeps the second sends to a target below a share of its recent successes plus a floor, so that retries cannot
// multiply an overload. It is Finagle's RetryBudget (ttl 10 s, percentCanRetry 0.2, minRetriesPerSec) with a window in
// place of the bucket, and a lower floor: 10 in 10 s. The zero value is full.
type budget struct {
	slots [budgetSlots]budgetSlot
}

// budgetSlot is one second.
type budgetSlot struct {
	second        int64
	earned, spent int32
}

// earn notes a success.
func (b *budget) earn(now instant) { b.slot(now).earned++ }

// spend takes one second send, if one is left.
func (b *budget) spend(now instant, share float64) bool {
	if b.left(now, share) < 1 {
		return false
	}
	b.slot(now).spent++
	return true
}

// refund gives back a second send that was spent at that moment and did not take place. What was spent before the window is forgotten anyway.
func (b *budget) refund(at instant) {
	second := int64(at / time.Second)
	if s := &b.slots[second%budgetSlots]; s.second == second {
		s.spent--
	}
}

// left is how many second sends are left now.
func (b *budget) left(now instant, share float64) int {
	earned, spent := 0, 0
	for i := range b.slots {
		if s := &b.slots[i]; s.second > int64(now/time.Second)-budgetSlots {
			earned += int(s.earned)
			spent += int(s.spent)
		}
	}
	return max(0, budgetFloor+int(max(0, share)*float64(earned))-spent)
}

func (b *budget) slot(now instant) *budgetSlot {
	second := int64(now / time.Second)
	s := &b.slots[second%budgetSlots]
	if s.second != second {
		*s = budgetSlot{second: second}
	}
	return s
}
