package simulate

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// Run simulates the scenario under one contender. progress, unless nil, is told now and then which share of the time has passed, 0 to 1, on
// this goroutine. Runs share nothing and may go on at the same time.
//
// The error says that the context ended, that the policy cannot be loaded with the scenario's targets and vars, or that a decision
// did not end. A policy that throws is no error: its requests go as its onError says, and [Report.Faults] counts.
func Run(ctx context.Context, s *Scenario, c Contender, progress func(share float64)) (*Report, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	st, err := newStage(s, &c, cancel)
	if err != nil {
		return nil, fmt.Errorf("%s in %s: %w", c.Name, s.Name, err)
	}
	defer st.asker.close()
	st.begin()
	if err := st.clock.Run(ctx, steadily(s, progress)); err != nil {
		return nil, fmt.Errorf("simulate %s with %s: %w", s.Name, c.Name, err)
	}
	return st.book.report(&c), nil
}

// steadily tells of each hundredth of the time.
func steadily(s *Scenario, progress func(float64)) func(time.Time) {
	if progress == nil {
		return nil
	}
	told := 0
	return func(now time.Time) {
		if n := min(100, int(100*now.Sub(epoch)/s.Duration)); n > told {
			told = n
			progress(float64(n) / 100)
		}
	}
}

// RunAll simulates the scenario under several contenders, as many at the same time as there are cores. The reports are in their order. progress
// is as for [Run], of all together, and called by one goroutine at a time.
func RunAll(ctx context.Context, s *Scenario, contenders []Contender, progress func(share float64)) ([]*Report, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	reports := make([]*Report, len(contenders))
	var all sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	share := together(len(contenders), progress)
	for i, c := range contenders {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			report, err := Run(ctx, s, c, share(i))
			if err != nil {
				cancel(err)
			}
			reports[i] = report
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) //nolint:wrapcheck // Run has said what was being done
	}
	return reports, nil
}

// together makes one progress of those of n runs.
func together(n int, progress func(float64)) func(i int) func(float64) {
	if progress == nil {
		return func(int) func(float64) { return nil }
	}
	var mu sync.Mutex
	shares := make([]float64, n)
	return func(i int) func(float64) {
		return func(share float64) {
			mu.Lock()
			defer mu.Unlock()
			shares[i] = share
			sum := 0.0
			for _, s := range shares {
				sum += s
			}
			progress(sum / float64(n))
		}
	}
}
