package clock

import "time"

// Real is the machine's clock. The zero value is ready for use.
type Real struct{}

// Now implements [Clock].
func (Real) Now() time.Time { return time.Now() }

// Go implements [Clock].
func (Real) Go(f func()) { go f() }

// AfterFunc implements [Clock].
func (Real) AfterFunc(d time.Duration, f func()) (stop func()) {
	t := time.AfterFunc(d, f)
	return func() { t.Stop() }
}

// Wait implements [Clock].
func (Real) Wait(d time.Duration, signals ...*Signal) int {
	if i := firstFired(signals); i >= 0 || d <= 0 {
		return i
	}
	wake := make(chan struct{}, 1)
	for _, s := range signals {
		stop := s.OnFire(func() {
			select {
			case wake <- struct{}{}:
			default:
			}
		})
		defer stop()
	}
	if d == Forever {
		<-wake
		return firstFired(signals)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-wake:
		return firstFired(signals)
	case <-t.C:
		return -1
	}
}

func firstFired(signals []*Signal) int {
	for i, s := range signals {
		if s.Fired() {
			return i
		}
	}
	return -1
}
