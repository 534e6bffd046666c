package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// load is a number of clients that each send the next request as soon as the last one is answered.
type load struct {
	connections int
	body        []byte
	stream      bool // the answers are streams, and their events are what is counted
}

// tally is what the clients of a load have noted.
type tally struct {
	requests, events int
	took             time.Duration
	latency          latencies // of an answer; of a delta on its way, when streaming
}

// newClient is a client of the proxy at address that neither retries nor changes anything.
func newClient(address string, stream bool) *fasthttp.HostClient {
	return &fasthttp.HostClient{
		Addr: address, MaxConns: 1 << 20, MaxIdleConnDuration: time.Minute, StreamResponseBody: stream,
		MaxIdemponentCallAttempts: 1,
	}
}

// units is how many of the things whose price is asked for have passed.
func (l load) units(t *tally) int {
	if l.stream {
		return t.events
	}
	return t.requests
}

// run puts the load on the proxy behind client for a while, at least a request a client. Requests that have begun by
// then are finished. A request that fails is an error: figures of a proxy that fails mean nothing.
func (l load) run(ctx context.Context, client *fasthttp.HostClient, duration time.Duration) (*tally, error) {
	begin := time.Now()
	tallies := make([]tally, l.connections)
	failures := make([]error, l.connections)
	var clients sync.WaitGroup
	for i := range tallies {
		clients.Go(func() { failures[i] = l.client(client, &tallies[i], begin.Add(duration)) })
	}
	clients.Wait()
	sum := &tally{took: time.Since(begin)}
	for i := range tallies {
		sum.requests += tallies[i].requests
		sum.events += tallies[i].events
		sum.latency.merge(&tallies[i].latency)
	}
	return sum, errors.Join(ctx.Err(), firstOf(failures))
}

func firstOf(failures []error) error {
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

// client is one of them. It allocates before the first request and not after.
func (l load) client(client *fasthttp.HostClient, t *tally, until time.Time) error {
	var req fasthttp.Request
	var resp fasthttp.Response
	fillRequest(&req, client.Addr, l.body)
	events := eventReader{bufio.NewReader(nil)}
	seen := t.seen
	for {
		begin := time.Now()
		if err := client.Do(&req, &resp); err != nil {
			return err
		}
		if resp.StatusCode() != fasthttp.StatusOK {
			return fmt.Errorf("status %d: %.300s", resp.StatusCode(), resp.Body())
		}
		if err := l.read(&resp, events, seen); err != nil {
			return err
		}
		end := time.Now()
		t.requests++
		if !l.stream {
			t.latency.add(end.Sub(begin))
		}
		if !end.Before(until) {
			return nil
		}
	}
}

func (l load) read(resp *fasthttp.Response, events eventReader, seen func(time.Duration)) error {
	if l.stream {
		return errors.Join(events.read(resp.BodyStream(), seen), resp.CloseBodyStream())
	}
	if string(resp.Body()) != jsonAnswer {
		return fmt.Errorf("the answer is not the target's: %.300s", resp.Body())
	}
	return nil
}

func (t *tally) seen(onItsWay time.Duration) {
	t.events++
	if onItsWay > 0 {
		t.latency.add(onItsWay)
	}
}
