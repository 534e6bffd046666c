package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"spillway/cmd/spillway/demo"
	"spillway/policies"
	"spillway/proxy"
	"spillway/proxy/snapshot"
)

type demoCommand struct {
	For *time.Duration `help:"How long; without it until Ctrl-C." placeholder:"30s"`
}

// Run shows the demo.
func (c *demoCommand) Run(out output) error {
	options := demo.Options{Start: startForDemo}
	if c.For != nil {
		if options.For = *c.For; options.For <= 0 {
			return usageError{errors.New("--for: a time above zero, such as 30s")}
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return demo.Run(ctx, out, options)
}

// startForDemo starts a Spillway that logs nothing: the demo's own view tells.
func startForDemo(config string) (demo.Proxy, error) {
	p, err := proxy.New(snapshot.Sources{Config: config, Embedded: policies.Files()}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return demo.Proxy{}, err
	}
	served := make(chan struct{})
	go func() {
		_ = p.Serve()
		close(served)
	}()
	return demo.Proxy{URL: "http://" + p.Addr(), AdminURL: "http://" + p.AdminAddr(), Stop: func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		p.Shutdown(ctx)
		<-served
	}}, nil
}
