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

// startSpillway starts the real binary in front of a target, with its default policy: the embedded one, or that of a
// folder.
func (l *lab) startSpillway(ctx context.Context, target *process, policies string) (*process, error) {
	listen, err := freeAddress()
	if err != nil {
		return nil, err
	}
	admin, err := freeAddress()
	if err != nil {
		return nil, err
	}
	config := l.file("spillway.yaml")
	if err := os.WriteFile(config, []byte(configFor(target, policies)), 0o600); err != nil {
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

func configFor(target *process, policies string) string {
	config := fmt.Sprintf("targets:\n  claude: { dialect: anthropic, url: http://%s, key: bench-key }\n", target.address)
	if policies != "" {
		config += fmt.Sprintf("policies: %q\n", policies)
	}
	return config
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
