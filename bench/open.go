package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	openStreams = 1000
	openers     = 16 // each opens its share one stream after the other, so that no burst decides the figure
)

// measureOpen tells what a stream costs in memory that has begun and goes on: its first words have come, now and then
// there is a ping. Each round has processes of its own, since memory once used is not given back at once.
func measureOpen(ctx context.Context, l *lab) ([]figure, error) {
	each, before, with := figure{Name: "RSS KB/stream", Most: 40}, figure{Name: "RSS MB before"}, figure{Name: "RSS MB with them"}
	target, err := l.startTarget(ctx, answerHold)
	if err != nil {
		return nil, err
	}
	defer target.stop()
	for range l.rounds {
		floor, errA := holdOpen(ctx, l, func() (*process, error) { return l.startForwarder(ctx, target) })
		ours, errB := holdOpen(ctx, l, func() (*process, error) { return l.startSpillway(ctx, configFor(target)) })
		if err := errors.Join(errA, errB); err != nil {
			return nil, err
		}
		each.append(floor.kbPerStream(), ours.kbPerStream())
		before.append(floor.before/(1<<20), ours.before/(1<<20))
		with.append(floor.with/(1<<20), ours.with/(1<<20))
	}
	return []figure{each, before, with}, nil
}

// held is a proxy's resident memory in bytes, before and with the streams.
type held struct{ before, with float64 }

func (h held) kbPerStream() float64 { return (h.with - h.before) / (1 << 10) / openStreams }

func holdOpen(ctx context.Context, l *lab, startProxy func() (*process, error)) (held, error) {
	proxy, err := startProxy()
	if err != nil {
		return held{}, err
	}
	defer proxy.stop()
	a := audience{client: newClient(proxy.address, true), body: smallRequest(true)}
	if err := a.grow(openers); err != nil { // what the first requests build is not the streams'
		return held{}, err
	}
	before, errA := proxy.usage()
	errB := a.grow(openStreams)
	select {
	case <-ctx.Done():
		return held{}, ctx.Err()
	case <-time.After(max(l.duration, 2*pingEvery)):
	}
	with, errC := proxy.usage()
	return held{float64(before.rss), float64(with.rss)}, errors.Join(errA, errB, errC, a.attentive())
}

// audience is the clients' ends of streams that last until the proxy is stopped.
type audience struct {
	client               *fasthttp.HostClient
	body                 []byte
	streams, pings, ends atomic.Int64
}

// grow opens n more streams and returns when each has said its first words.
func (a *audience) grow(n int) error {
	failures := make([]error, openers)
	var wait sync.WaitGroup
	for i := range openers {
		wait.Go(func() {
			for j := i; j < n && failures[i] == nil; j += openers {
				failures[i] = a.listen()
			}
		})
	}
	wait.Wait()
	return firstOf(failures)
}

// listen opens a stream, returns at its first words, and reads on in the background.
func (a *audience) listen() error {
	var req fasthttp.Request
	var resp fasthttp.Response
	fillRequest(&req, a.client.Addr, a.body)
	if err := a.client.Do(&req, &resp); err != nil {
		return err
	}
	if resp.StatusCode() != fasthttp.StatusOK {
		return fmt.Errorf("status %d: %.300s", resp.StatusCode(), resp.Body())
	}
	a.streams.Add(1)
	spoken := make(chan error, 2)
	go func() {
		events, words := eventReader{bufio.NewReader(nil)}, false
		err := events.read(resp.BodyStream(), func(onItsWay time.Duration) {
			switch {
			case onItsWay > 0:
				words = true
				spoken <- nil
			case words:
				a.pings.Add(1)
			}
		})
		a.ends.Add(1)
		spoken <- err
	}()
	return <-spoken
}

// attentive says whether all streams are still open and have had a ping.
func (a *audience) attentive() error {
	streams, pings, ends := a.streams.Load(), a.pings.Load(), a.ends.Load()
	if ends > 0 || pings < streams {
		return fmt.Errorf("of %d streams %d have ended, and %d pings came", streams, ends, pings)
	}
	return nil
}
