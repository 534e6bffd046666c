// Package snapshot makes what requests are pinned to: configuration, vars and policies as one immutable set, validated together.
//
//	sources.go   where a snapshot comes from
//	files.go     what is there at one moment; its policies are compiled, tested and asked about samples.go
//	snapshot.go  what becomes of it: what serves
//	roster.go    whose a key is
//	project.go   the same sources, for those who look at them without serving
package snapshot

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/replay"
	"spillway/engine/runtime"
	"spillway/proxy/candidate"
	"spillway/proxy/config"
	"spillway/proxy/loop"
)

// Snapshot is what requests are pinned to. It is immutable.
type Snapshot struct {
	Config   *config.Config
	Policies *policyset.Set
	Targets  []*loop.Target
	Clients  *Roster // nil when everybody is served
	Admins   *Roster // nil when the admin address asks for no token
	Revision string  // hash of configuration, vars and policies
	Written  string  // hash of the configuration alone
	Loaded   time.Time
	Kept     *replay.Snapshot  // what decisions need to be replayed
	Trials   map[string]*Trial // by the name of the live policy
}

// Trial is a candidate in one snapshot.
type Trial struct {
	*candidate.Trial

	Policy *runtime.Policy
}

// Connect makes the targets that a configuration names.
type Connect func(*config.Config) ([]*loop.Target, error)

// Build makes the snapshot that follows previous, which may be nil. What is known there of policies, keys and candidates that have
// not changed is taken over.
func (f *Files) Build(previous *Snapshot, connect Connect, now time.Time) (*Snapshot, engine.Faults) {
	if previous == nil {
		previous = &Snapshot{}
	}
	set, faults := f.load(previous.Policies)
	if len(faults) > 0 {
		return nil, faults
	}
	targets, err := connect(f.Config)
	if err != nil {
		set.Close()
		return nil, engine.Faults{{Message: err.Error()}}
	}
	revision := f.revision(set.Revision())
	return &Snapshot{
		Config: f.Config, Policies: set, Targets: targets, Revision: revision, Written: f.revision(""), Loaded: now,
		Clients: clientRoster(f.Config, previous.Clients), Admins: adminRoster(f.Config, previous.Admins),
		Kept:   replay.NewSnapshot(revision, f.env, f.Config.ShownVars),
		Trials: trials(f.Config, set, previous.Trials, now),
	}, nil
}

// trials are those of a configuration, by the name of the live policy. What is known of a candidate that has not changed is
// taken from those before.
func trials(c *config.Config, set *policyset.Set, before map[string]*Trial, now time.Time) map[string]*Trial {
	all := make(map[string]*Trial, len(c.Candidates))
	for live, settings := range c.Candidates {
		policy := set.Policy(settings.Policy)
		id := candidate.Identity{Live: live, Settings: settings, Code: policy.Sum()}
		t := &Trial{Policy: policy}
		if before[live] != nil && before[live].Identity == id {
			t.Trial = before[live].Trial
		} else {
			t.Trial = candidate.New(id, now)
		}
		all[live] = t
	}
	return all
}

// Target is the target of a name; nil when there is none.
func (s *Snapshot) Target(name string) *loop.Target {
	for _, t := range s.Targets {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// SortedTrials are the trials by the live policy's name.
func (s *Snapshot) SortedTrials() []*Trial {
	return slices.SortedFunc(maps.Values(s.Trials), func(a, b *Trial) int { return cmp.Compare(a.Live, b.Live) })
}

// Benched names the policies that had to be stopped too often and are not called for a while.
func (s *Snapshot) Benched() (names []string) {
	for _, name := range s.Policies.Names() {
		if s.Policies.Policy(name).Stats().Benched {
			names = append(names, name)
		}
	}
	return names
}
