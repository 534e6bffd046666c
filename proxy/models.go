package proxy

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/loop"
)

// listingPatience bounds the wait for a target's list of models.
const listingPatience = 10 * time.Second

// serveModels lists what all targets offer, and the aliases that the configuration gives them, in the caller's dialect. Before
// a single target without aliases it passes the request through.
func (p *Proxy) serveModels(a *arrival) {
	targets := a.reachable()
	if len(targets) == 1 && targets[0].Dialect == a.api && len(targets[0].Models) == 0 {
		p.passThrough(a)
		return
	}
	lists := p.askModels(a, targets)
	switch _, name, _ := strings.Cut(a.path, "/v1/models/"); {
	case a.visit.Gone.Fired():
		p.hangUp(a)
	case !slices.ContainsFunc(lists, func(l *modelList) bool { return l.ok }):
		p.refuse(a, &refusal{502, engine.ReasonServer, "no target lists its models: " + namesOf(lists, false)})
	case name == "":
		p.answerModels(a, lists, dialect.ModelsBody(a.api, union(lists)))
	default:
		models := union(lists)
		at := slices.IndexFunc(models, func(m dialect.Listed) bool { return m.ID == name })
		if at < 0 {
			p.passThrough(a) // targets know more names than they list
			return
		}
		p.answerModels(a, lists, dialect.ModelBody(a.api, models[at]))
	}
}

// reachable are the targets that a request of this caller could go to, those of its own dialect first.
func (a *arrival) reachable() (targets []*loop.Target) {
	for _, t := range a.snapshot.Targets {
		if t.Dialect == a.api && t.Accepts() {
			targets = append(targets, t)
		}
	}
	for _, t := range a.snapshot.Targets {
		if t.Dialect != a.api && t.HasKey() {
			targets = append(targets, t)
		}
	}
	return targets
}

// modelList is what a target says it offers.
type modelList struct {
	target *loop.Target
	models []dialect.Listed
	ok     bool
}

// askModels asks all targets at once.
func (p *Proxy) askModels(a *arrival, targets []*loop.Target) []*modelList {
	lists := make([]*modelList, len(targets))
	var all sync.WaitGroup
	for i, t := range targets {
		lists[i] = &modelList{target: t}
		out := a.listing(t)
		out.Key = p.ownKey(t)
		all.Go(func() {
			var defect error // who is asked in vain lists nothing
			defer p.breakOff(a, &defect)
			lists[i].ask(out)
		})
	}
	all.Wait()
	return lists
}

// listing asks a target for its whole list.
func (a *arrival) listing(t *loop.Target) *loop.Outgoing {
	out := &loop.Outgoing{
		Method: "GET", Path: "/v1/models", Until: a.began.Add(min(listingPatience, t.Timeouts.Total)), Longest: 8 << 20,
		Gone:   &a.visit.Gone,
		Header: func(func(key, value []byte) bool) {},
	}
	if t.Dialect == engine.Anthropic {
		out.Query, out.Set = "limit=1000", [][2]string{{"anthropic-version", loop.MessagesVersion}}
	}
	if a.client == nil && t.Dialect == a.api {
		out.Credential = a.credential()
	}
	return out
}

func (l *modelList) ask(out *loop.Outgoing) {
	in, err := l.target.Sender.Send(out)
	if err != nil {
		return
	}
	defer func() { _ = in.Close() }()
	if in.Status() == 200 && in.Stream() == nil {
		l.models, l.ok = dialect.ReadModels(l.target.Dialect, in.Body())
	}
}

// union is what all offer, each name once: what targets list, in their order, and then the aliases.
func union(lists []*modelList) (models []dialect.Listed) {
	seen := make(map[string]bool)
	add := func(m dialect.Listed) {
		if !seen[m.ID] {
			seen[m.ID] = true
			models = append(models, m)
		}
	}
	for _, l := range lists {
		for _, m := range l.models {
			add(m)
		}
	}
	for _, l := range lists {
		for _, alias := range slices.Sorted(maps.Keys(l.target.Models)) {
			m := l.find(l.target.Resolve(alias)).As(alias)
			m.Owner = cmp.Or(m.Owner, l.target.Name)
			add(m)
		}
	}
	return models
}

// find is what the target says of a model.
func (l *modelList) find(name string) dialect.Listed {
	for _, m := range l.models {
		if m.ID == name {
			return m
		}
	}
	return dialect.Listed{Name: name}
}

// answerModels answers, and says which targets did not.
func (p *Proxy) answerModels(a *arrival, lists []*modelList, body []byte) {
	resp := &a.ctx.Response
	resp.Header.SetContentType("application/json")
	resp.Header.Set("X-Spillway-Id", a.id)
	resp.Header.Set("X-Spillway-Target", namesOf(lists, true))
	if silent := namesOf(lists, false); silent != "" {
		resp.Header.Set("X-Spillway-Unlisted", silent)
	}
	resp.SetBody(body)
	p.metrics.Passed(namesOf(lists[:1], lists[0].ok), 200)
}

// namesOf names the targets that have answered, or have not.
func namesOf(lists []*modelList, answered bool) string {
	var names []string
	for _, l := range lists {
		if l.ok == answered {
			names = append(names, l.target.Name)
		}
	}
	return strings.Join(names, ",")
}
