package candidate

import "time"

// Tally counts requests.
type Tally struct {
	Requests  int `json:"requests"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	// Faulted had a decision without a valid action.
	Faulted int `json:"faulted"`
}

// counted are those that succeeded or failed.
func (t Tally) counted() int { return t.Succeeded + t.Failed }

// success is the share of those that succeeded.
func (t Tally) success() float64 {
	if t.counted() == 0 {
		return 1
	}
	return float64(t.Succeeded) / float64(t.counted())
}

// share is that of n among all requests.
func (t Tally) share(n int) float64 {
	if t.Requests == 0 {
		return 0
	}
	return float64(n) / float64(t.Requests)
}

func (t *Tally) plus(other Tally) {
	t.Requests += other.Requests
	t.Succeeded += other.Succeeded
	t.Failed += other.Failed
	t.Faulted += other.Faulted
}

// slots is how finely a window forgets.
const slots = 20

// window counts the requests of the latest time, in slots that are used again. The zero value is ready for use.
type window struct {
	total Tally
	slots [slots]slot
}

type slot struct {
	number int64 // since 1970, in slots; what is there of another number is old
	tally  Tally
}

func (w *window) add(e Ended, now time.Time, length time.Duration) {
	n := slotAt(now, length)
	s := &w.slots[n%slots]
	if s.number != n {
		*s = slot{number: n}
	}
	one := Tally{Requests: 1}
	switch {
	case e.Counts && e.Success:
		one.Succeeded = 1
	case e.Counts:
		one.Failed = 1
	}
	if e.Faulted {
		one.Faulted = 1
	}
	s.tally.plus(one)
	w.total.plus(one)
}

func (w *window) sum(now time.Time, length time.Duration) (sum Tally) {
	n := slotAt(now, length)
	for i := range w.slots {
		if age := n - w.slots[i].number; age >= 0 && age < slots {
			sum.plus(w.slots[i].tally)
		}
	}
	return sum
}

func slotAt(now time.Time, length time.Duration) int64 {
	return now.UnixNano() / max(1, int64(length)/slots)
}
