package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/valyala/fasthttp"
)

// startSpillway starts the real binary with a configuration.
func (l *lab) startSpillway(ctx context.Context, configuration string) (*process, error) {
	listen, err := freeAddress()
	if err != nil {
		return nil, err
	}
	admin, err := freeAddress()
	if err != nil {
		return nil, err
	}
	config := l.file("spillway.yaml")
	if err := os.WriteFile(config, []byte(configuration), 0o600); err != nil {
		return nil, err
	}
	p, err := start(ctx, l.file("spillway.log"), listen, l.spillway,
		"run", "--config", config, "--listen", listen, "--admin", admin)
	if err != nil {
		return nil, err
	}
	p.admin = admin
	return p, nil
}

// configFor is the least configuration that leads to a target, with the policy that ships.
func configFor(target *process) string {
	return fmt.Sprintf("targets:\n  claude: { dialect: anthropic, url: http://%s, key: bench-key }\n", target.address)
}

// profile puts the load on Spillway once more, unmeasured, and writes where its CPU time goes. It does nothing unless
// profiles are wanted and the admin address serves them.
func (l *lab) profile(ctx context.Context, spillway *process, work load, name string) error {
	if l.profiles == "" {
		return nil
	}
	loaded := make(chan error, 1)
	go func() {
		client := newClient(spillway.address, work.stream)
		defer client.CloseIdleConnections()
		_, err := work.run(ctx, client, l.duration+time.Second)
		loaded <- err
	}()
	url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", spillway.admin, max(1, int(l.duration.Seconds())))
	status, profile, err := fasthttp.Get(nil, url)
	if err := errors.Join(err, <-loaded); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	if status != fasthttp.StatusOK {
		fmt.Fprintf(os.Stderr, "no profile of %s: the admin address answers %d\n", name, status)
		return nil
	}
	if err := os.MkdirAll(l.profiles, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(l.profiles, name+".pprof"), profile, 0o644)
}
