package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"spillway/policies"
	"spillway/proxy"
	"spillway/proxy/config"
	"spillway/proxy/snapshot"
)

// fileFlags say where everything comes from; the same for every command that reads a project.
type fileFlags struct {
	Config   string `help:"Configuration file; without it ./spillway.yaml if there is one, else none is needed." type:"path" placeholder:"FILE"`
	Listen   string `help:"Where clients connect, host:port." placeholder:"ADDR"`
	Admin    string `help:"Where metrics and the admin API are, host:port." placeholder:"ADDR"`
	Policies string `help:"Folder of policies." type:"path" placeholder:"DIR"`
}

// sources looks at what the flags name, and finds the configuration file when none is named.
func (f *fileFlags) sources() (snapshot.Sources, error) {
	if err := f.check(); err != nil {
		return snapshot.Sources{}, err
	}
	file := f.Config
	if file == "" {
		if _, err := os.Stat("spillway.yaml"); err == nil {
			file = "spillway.yaml"
		} else if !errors.Is(err, fs.ErrNotExist) {
			return snapshot.Sources{}, err
		}
	}
	return snapshot.Sources{
		Config: file, Listen: f.Listen, Admin: f.Admin, Policies: f.Policies, Embedded: policies.Files(),
	}, nil
}

// check says what is wrong with the flags, whatever stands in files.
func (f *fileFlags) check() error {
	for _, flag := range [][2]string{{"--listen", f.Listen}, {"--admin", f.Admin}} {
		if err := config.CheckAddress(flag[1]); flag[1] != "" && err != nil {
			return usageError{fmt.Errorf("%s: %w", flag[0], err)}
		}
	}
	if f.Config != "" {
		if err := givenFile("configuration file", f.Config); err != nil {
			return err
		}
	}
	if f.Policies == "" {
		return nil
	}
	info, err := given("folder of policies", f.Policies)
	if err == nil && !info.IsDir() {
		err = usageError{fmt.Errorf("%s is a file, not a folder of policies", snapshot.AsWritten(f.Policies))}
	}
	return err
}

type runCommand struct {
	fileFlags `embed:""`
	Log       string        `help:"Least level of log lines: ${enum}." enum:"debug,info,warn,error" default:"info"`
	LogJSON   bool          `help:"Log as JSON lines." name:"log-json"`
	AccessLog string        `help:"File that gets one line for every request; - is standard output." placeholder:"FILE"`
	Grace     time.Duration `help:"How long requests may take to finish after SIGTERM." default:"30s"`
	PIDFile   string        `name:"pid-file" help:"File that holds the id of the process that serves, also after a restart by SIGUSR2." type:"path" placeholder:"FILE"`
}

// Run serves until a signal.
func (c *runCommand) Run() error {
	paceCollections()
	log := c.logger()
	sources, err := c.sources()
	if err != nil {
		return err
	}
	access, err := c.openAccessLog()
	if err != nil {
		return err
	}
	defer access.Close() // of none it does nothing
	succession, err := newSuccession(c.PIDFile, log)
	if err != nil {
		return err
	}
	defer succession.Stop()
	p, err := proxy.New(sources, succession.Listen, log)
	if err != nil {
		return err
	}
	if access != nil {
		p.AccessLog(slog.New(c.handler(access, slog.LevelInfo)))
	}
	stop, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer restore()
	served := make(chan error, 1)
	go func() { served <- p.Serve() }()
	if err := succession.Ready(); err != nil {
		return err
	}
	log.Info("spillway is up", "clients", p.URL(), "admin", p.AdminURL(),
		"try", "ANTHROPIC_BASE_URL="+p.URL(), "config", sources.Config, "revision", p.Revision())
	limitMemory(log)
	select {
	case err := <-served:
		return err
	case <-succession.Succeeded():
		restore()
		log.Info("another process serves now; requests under way may finish here", "open", p.Open())
		p.Retire()
		return c.drain(p, log, served)
	case <-stop.Done():
		succession.Stop()
		restore() // a second signal ends at once
		return c.drain(p, log, served)
	}
}

// drain lets what is under way finish, and says what it had to cut.
func (c *runCommand) drain(p *proxy.Proxy, log *slog.Logger, served <-chan error) error {
	log.Info("stopping: no new requests; those under way may finish", "open", p.Open(), "grace", c.Grace)
	patience, cancel := context.WithTimeout(context.Background(), c.Grace)
	defer cancel()
	if cut := p.Shutdown(patience); len(cut) > 0 {
		log.Warn("stopped, and cut requests that had not finished", "cut", len(cut), "ids", cut)
	} else {
		log.Info("stopped, nothing was cut")
	}
	return <-served
}

func (c *runCommand) logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Log)) // the flag's enum admits only levels
	return slog.New(c.handler(os.Stderr, level))
}

// handler writes lines of at least a level, as JSON or as text.
func (c *runCommand) handler(w io.Writer, level slog.Level) slog.Handler {
	options := &slog.HandlerOptions{Level: level}
	if c.LogJSON {
		return slog.NewJSONHandler(w, options)
	}
	return slog.NewTextHandler(w, options)
}

// openAccessLog opens the file to append to it; nil when there is to be none.
func (c *runCommand) openAccessLog() (*os.File, error) {
	switch c.AccessLog {
	case "":
		return nil, nil //nolint:nilnil // nil is no log
	case "-":
		return os.Stdout, nil
	}
	file, err := os.OpenFile(c.AccessLog, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, usageError{fmt.Errorf("--access-log: %w", err)}
	}
	return file, nil
}
