// Package demo shows what Spillway makes of an overload: two simulated targets go through one while some thirty clients
// send over real HTTP, every request twice: once through Spillway, once straight to a twin of the first target.
//
//	demo.go    what runs, and for how long
//	story.go   when which target is overloaded
//	stage.go   targets and proxy
//	traffic.go when which client sends
//	client.go  one request and what became of it
//	tally.go   what all requests came to
//	admin.go   what the policy did, as the admin API tells
//	scene.go   one moment as a table
//	screen.go  putting it on a terminal
package demo

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Options are the demo's surroundings.
type Options struct {
	// For is how long the demo lasts; its story fits into it. 0 = until the context ends, telling the story again and again.
	For time.Duration
	// Start starts a Spillway from a configuration file.
	Start func(config string) (Proxy, error)
}

// Proxy is a running Spillway.
type Proxy struct {
	// URL is where clients send to, AdminURL where the admin API is; both without a trailing slash.
	URL, AdminURL string
	// Stop ends it.
	Stop func()
}

// The pace of the view.
const (
	redraw = 500 * time.Millisecond // on a terminal
	report = 2 * time.Second        // elsewhere
)

// patience is how long after the last request stragglers may take.
const patience = 3 * time.Second

// Run shows the demo on out until it is over or ctx ends, and then a summary. An error means that it could not start.
func Run(ctx context.Context, out io.Writer, o Options) error {
	story := newStory(o.For)
	stage, err := raise(story, o.Start)
	if err != nil {
		return fmt.Errorf("start the demo: %w", err)
	}
	defer stage.strike()

	screen := newScreen(out)
	defer screen.leave()
	sending, stop := untilOver(ctx, o.For)
	defer stop()
	ended := make(chan struct{})
	go func() {
		stage.traffic.run(ctx, sending)
		close(ended)
	}()
	show(stage, screen, ended)
	screen.conclude(stage.scene())
	return nil
}

// untilOver is ctx, ending after d at the latest; d = 0 sets no limit.
func untilOver(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}

// show draws until the traffic has ended.
func show(stage *stage, screen *screen, ended <-chan struct{}) {
	ticks := time.NewTicker(screen.every())
	defer ticks.Stop()
	screen.introduce(stage.scene())
	for {
		select {
		case <-ticks.C:
			screen.show(stage.scene())
		case <-ended:
			return
		}
	}
}
