package demo

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"spillway/proxy/simtarget"
)

// stage is everything that runs.
type stage struct {
	story    story
	start    time.Time
	primary  *simtarget.Server // these two are Spillway's
	backup   *simtarget.Server
	twin     *simtarget.Server // the primary's, for clients without Spillway
	folder   string            // of the configuration
	proxy    Proxy
	observer *observer
	traffic  *traffic
}

// raise starts targets and proxy. The story begins when they stand.
func raise(story story, start func(string) (Proxy, error)) (s *stage, err error) {
	s = &stage{story: story}
	begin := sync.OnceValue(time.Now)
	defer func() {
		if err != nil {
			s.strike()
		}
	}()
	for _, t := range []struct {
		server **simtarget.Server
		wave   simtarget.Wave
	}{{&s.primary, story.primary}, {&s.backup, story.backup}, {&s.twin, story.primary}} {
		if *t.server, err = simtarget.Start(simtarget.Config{Behaviour: telling(t.wave, begin), Keep: -1}); err != nil {
			return s, fmt.Errorf("start a target: %w", err)
		}
	}
	config, err := s.writeConfig()
	if err != nil {
		return s, err
	}
	if s.proxy, err = start(config); err != nil {
		return s, err
	}
	s.start = begin()
	s.observer = newObserver(s.proxy.AdminURL, s.start)
	s.traffic = newTraffic(story, s.start, s.proxy.URL, s.twin.URL())
	return s, nil
}

// telling is a healthy target that goes through the wave once the story has begun.
func telling(w simtarget.Wave, begin func() time.Time) simtarget.Behaviour {
	return func(r *simtarget.Seen) simtarget.Answer { return w.Over(begin(), healthy)(r) }
}

// writeConfig writes the configuration that Spillway starts from.
func (s *stage) writeConfig() (string, error) {
	var err error
	if s.folder, err = os.MkdirTemp("", "spillway-demo-"); err != nil {
		return "", fmt.Errorf("make a folder: %w", err)
	}
	text := fmt.Sprintf(`listen: 127.0.0.1:0
admin: 127.0.0.1:0
vars: { pauseSeconds: %s }
targets:
  claude: { dialect: anthropic, url: %q, key: simulated }
  claude-backup: { dialect: anthropic, url: %q, key: simulated }
`, s.story.pause(), s.primary.URL(), s.backup.URL())
	file := filepath.Join(s.folder, "spillway.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("write the configuration: %w", err)
	}
	return file, nil
}

// strike ends everything that was started.
func (s *stage) strike() {
	if s.proxy.Stop != nil {
		s.proxy.Stop()
	}
	for _, t := range []*simtarget.Server{s.primary, s.backup, s.twin} {
		if t != nil {
			t.Close()
		}
	}
	if s.folder != "" {
		_ = os.RemoveAll(s.folder)
	}
}
