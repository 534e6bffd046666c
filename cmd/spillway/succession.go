package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/cloudflare/tableflip"
	"github.com/coreos/go-systemd/v22/daemon"
)

// succession lets a new process take over without a gap: on SIGUSR2 the command is started anew, from the binary that is now at
// its path, and inherits the listeners. Once it serves, this one ends. If it does not start, this one serves on.
type succession struct {
	upgrader *tableflip.Upgrader
	log      *slog.Logger
	signals  chan os.Signal
	stop     sync.Once
}

func newSuccession(pidFile string, log *slog.Logger) (*succession, error) {
	upgrader, err := tableflip.New(tableflip.Options{PIDFile: pidFile})
	if err != nil {
		return nil, fmt.Errorf("prepare for a restart without a gap: %w", err)
	}
	s := &succession{upgrader: upgrader, log: log, signals: make(chan os.Signal, 1)}
	signal.Notify(s.signals, syscall.SIGUSR2)
	go func() {
		for range s.signals {
			s.log.Info("restarting: a new process is to take over")
			// The one before may still be ending; a failure of it is its own affair.
			_ = s.upgrader.WaitForParent(context.Background())
			if err := s.upgrader.Upgrade(); err != nil {
				s.log.Error("no new process took over; this one serves on", "error", err)
			}
		}
	}()
	return s, nil
}

// Listen opens the listener for a purpose at an address, or takes over the one that the process before had.
func (s *succession) Listen(purpose, address string) (net.Listener, error) {
	name := purpose + " " + address // of two addresses with port 0 too
	l, err := s.upgrader.ListenWithCallback("tcp", name, func(network, _ string) (net.Listener, error) {
		return net.Listen(network, address)
	})
	if err != nil {
		return nil, fmt.Errorf("for a process to inherit: %w", err)
	}
	return l, nil
}

// Ready tells the process before, and systemd, that this one serves.
func (s *succession) Ready() error {
	if err := s.upgrader.Ready(); err != nil {
		return fmt.Errorf("take over: %w", err)
	}
	s.tell(fmt.Sprintf("%s\nMAINPID=%d", daemon.SdNotifyReady, os.Getpid()))
	return nil
}

// Succeeded is closed when another process serves, or Stop was called.
func (s *succession) Succeeded() <-chan struct{} { return s.upgrader.Exit() }

// Stop closes what a new process would have inherited. After it has been succeeded it does nothing.
func (s *succession) Stop() {
	s.stop.Do(func() {
		signal.Stop(s.signals)
		close(s.signals)
		select {
		case <-s.upgrader.Exit():
		default:
			s.tell(daemon.SdNotifyStopping)
			s.upgrader.Stop()
			<-s.upgrader.Exit()
		}
	})
}

// tell tells systemd, if that has started us.
func (s *succession) tell(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		s.log.Warn("systemd does not listen", "error", errors.Unwrap(err))
	}
}
