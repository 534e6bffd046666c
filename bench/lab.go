package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// lab is the room in which everything is measured: what to run, for how long, and where its files are.
type lab struct {
	rounds   int
	duration time.Duration
	profiles string // directory for CPU profiles; "" for none

	dir      string // temporary
	self     string // this binary
	spillway string // the proxy's binary
	started  int
}

// open makes the temporary directory and builds Spillway into it.
func (l *lab) open(ctx context.Context) (err error) {
	if l.self, err = os.Executable(); err != nil {
		return err
	}
	if l.dir, err = os.MkdirTemp("", "spillway-bench-"); err != nil {
		return err
	}
	l.spillway = filepath.Join(l.dir, "spillway")
	build := exec.CommandContext(ctx, "go", "build", "-o", l.spillway, "spillway/cmd/spillway")
	if out, err := build.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("build spillway: %w\n%s", err, out), l.close())
	}
	return nil
}

func (l *lab) close() error { return os.RemoveAll(l.dir) }

// startTarget starts a target that gives the named answer.
func (l *lab) startTarget(ctx context.Context, answer string) (*process, error) {
	return l.startSelf(ctx, "target", answer)
}

// startForwarder starts the bare forwarder in front of a target.
func (l *lab) startForwarder(ctx context.Context, target *process) (*process, error) {
	return l.startSelf(ctx, "forwarder", target.address)
}

func (l *lab) startSelf(ctx context.Context, role, argument string) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	return start(ctx, l.file(role+".log"), address, l.self, role, address, argument)
}

// file is a path in the temporary directory that was not used before.
func (l *lab) file(name string) string {
	l.started++
	return filepath.Join(l.dir, fmt.Sprintf("%d-%s", l.started, name))
}
