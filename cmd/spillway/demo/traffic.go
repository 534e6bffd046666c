package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// The traffic: clients that together send this many requests a second, whatever becomes of them.
const (
	clients = 30
	rate    = 40
)

// side is one way to send: through Spillway or without.
type side struct {
	client *client
	tally  *tally
}

// traffic sends every request both ways.
type traffic struct {
	story         story
	start         time.Time
	with, without side
	wait          sync.WaitGroup
}

func newTraffic(story story, start time.Time, proxy, target string) *traffic {
	return &traffic{
		story: story, start: start,
		with:    side{newClient(proxy), newTally()},
		without: side{newClient(target), newTally()},
	}
}

// run sends until sending ends, and returns when all requests have ended, which ctx or their patience does at last.
func (t *traffic) run(ctx, sending context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	dice := rand.New(rand.NewPCG(1, 1))
	for n := 0; pause(sending, dice.ExpFloat64()/rate); n++ {
		q := question{
			client: fmt.Sprintf("client-%02d", dice.IntN(clients)),
			stream: dice.Float64() < .7,
			text:   fmt.Sprintf("Question %d: where does the water go?", n),
		}
		now := t.story.moment(time.Since(t.start))
		t.with.send(ctx, &t.wait, q, now)
		t.without.send(ctx, &t.wait, q, now)
	}
	time.AfterFunc(patience, cancel)
	t.wait.Wait()
	t.with.client.close()
	t.without.client.close()
}

// pause waits for so many seconds; false when ctx ended.
func pause(ctx context.Context, seconds float64) bool {
	timer := time.NewTimer(time.Duration(seconds * float64(time.Second)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// send puts the question on a goroutine of its own. What the demo's end cuts off is not counted.
func (s side) send(ctx context.Context, wait *sync.WaitGroup, q question, now moment) {
	wait.Go(func() {
		s.tally.begin()
		result := s.client.ask(ctx, q)
		if ctx.Err() != nil && result.outcome != ok {
			s.tally.abandon()
			return
		}
		s.tally.end(now, result)
	})
}
