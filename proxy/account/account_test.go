package account

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"spillway/proxy/config"
)

// noon is in the middle of a period of every kind.
var noon = time.Date(2026, 11, 15, 12, 30, 30, 0, time.UTC)

func limited(quotas ...config.Quota) *Account { return &Account{client: "shop", quotas: quotas} }

// spend has an account pay an amount at a time, and fails when it may not.
func spend(t *testing.T, a *Account, amount Amount, at time.Time) {
	t.Helper()
	hold, over := a.Hold(Amount{}, at)
	if over != nil {
		t.Fatalf("refused: %+v", over)
	}
	hold.Settle(amount, at)
}

func TestLimitsOfEveryPeriod(t *testing.T) {
	for period, resets := range map[config.Period]string{
		config.Minute: "2026-11-15T12:31:30Z", // two in the last minute, in its middle
		config.Hour:   "2026-11-15T13:30:30Z",
		config.Day:    "2026-11-16T00:00:00Z",
		config.Month:  "2026-12-01T00:00:00Z",
	} {
		a := limited(config.Quota{Measure: config.Requests, Period: period, Most: 2})
		spend(t, a, Amount{}, noon)
		spend(t, a, Amount{}, noon)
		_, over := a.Hold(Amount{}, noon)
		if over == nil || over.Never {
			t.Fatalf("a third request per %s: %+v", period, over)
		}
		want, _ := time.Parse(time.RFC3339, resets)
		if over.At.After(want) || want.Sub(over.At) > 31*time.Minute {
			t.Errorf("per %s: room at %s, all of it at %s", period, over.At, resets)
		}
		if _, over := a.Hold(Amount{}, over.At.Add(-10*time.Millisecond)); over == nil {
			t.Errorf("per %s: there is room before there should be", period)
		}
		if _, over := a.Hold(Amount{}, over.At); over != nil {
			t.Errorf("per %s: at %s there is no room: %+v", period, over.At, over)
		}
	}
}

// A rate does not allow twice as much around the stroke of the minute.
func TestMinutesSlide(t *testing.T) {
	a := limited(config.Quota{Measure: config.Requests, Period: config.Minute, Most: 60})
	before := noon.Truncate(time.Minute).Add(59 * time.Second)
	for range 60 {
		spend(t, a, Amount{}, before)
	}
	for at, want := range map[time.Duration]int{time.Second: 0, 16 * time.Second: 15, 31 * time.Second: 30, 2 * time.Minute: 60} {
		b := limited(a.quotas...)
		b.spent = a.spent
		got := 0
		for ; got < 100; got++ {
			if _, over := b.Hold(Amount{}, before.Add(at)); over != nil {
				break
			}
		}
		if got != want {
			t.Errorf("after %s there is room for %d, want %d", at, got, want)
		}
	}
}

// Requests under way count with what they may cost, so that many at once do not go over together.
func TestHeld(t *testing.T) {
	a := limited(config.Quota{Measure: config.Dollars, Period: config.Day, Most: 1})
	var holds []Hold
	for range 10 {
		if hold, over := a.Hold(Spent(0, 0.25), noon); over == nil {
			holds = append(holds, hold)
		}
	}
	if len(holds) != 4 {
		t.Fatalf("%d were admitted", len(holds))
	}
	for i := range holds {
		holds[i].Settle(Spent(100, 0.10), noon)
		holds[i].Settle(Spent(100, 0.10), noon) // does nothing
	}
	if got := a.State(noon).Spent[2]; got != (Amount{4, 400, 400_000_000}) {
		t.Errorf("spent %+v", got)
	}
	if _, over := a.Hold(Spent(0, 0.61), noon); over == nil || over.Never {
		t.Errorf("0.61 on top of 0.40: %+v", over)
	}
	if _, over := a.Hold(Spent(0, 1.01), noon); over == nil || !over.Never {
		t.Errorf("1.01 alone: %+v", over)
	}
	if _, over := a.Hold(Spent(0, 0.60), noon); over != nil {
		t.Errorf("0.60 on top of 0.40: %+v", over)
	}
	if l := a.State(noon).Limits[0]; l.Used < 1-epsilon || l.Share() > 1+epsilon || l.Refused != 8 {
		t.Errorf("%+v", l)
	}
}

// What is refused is refused for the limit that lasts longest.
func TestWorstLimit(t *testing.T) {
	a := limited(config.Quota{Measure: config.Requests, Period: config.Minute, Most: 1}, config.Quota{Measure: config.Tokens, Period: config.Month, Most: 10})
	spend(t, a, Spent(10, 0), noon)
	if _, over := a.Hold(Amount{}, noon); over == nil || over.Quota.Period != config.Month {
		t.Errorf("%+v", over)
	}
}

func TestConcurrentHolds(t *testing.T) {
	a := limited(config.Quota{Measure: config.Tokens, Period: config.Hour, Most: 100})
	var admitted sync.Map
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			if hold, over := a.Hold(Spent(5, 0), noon); over == nil {
				admitted.Store(i, true)
				hold.Settle(Spent(5, 0), noon)
			}
		})
	}
	all.Wait()
	n := 0
	admitted.Range(func(any, any) bool { n++; return true })
	if got := a.State(noon).Spent[1]; n != 20 || got != (Amount{20, 100, 0}) {
		t.Errorf("%d admitted, %+v", n, got)
	}
}

func BenchmarkHold(b *testing.B) {
	a := limited(config.Quota{Measure: config.Requests, Period: config.Day, Most: 1e15}, config.Quota{Measure: config.Dollars, Period: config.Month, Most: 1e9})
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		hold, over := a.Hold(Spent(10, 0.001), now)
		if over != nil {
			b.Fatal(fmt.Sprint(over))
		}
		hold.Settle(Spent(10, 0.001), now)
	}
}
