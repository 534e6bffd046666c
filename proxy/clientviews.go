package proxy

import (
	"spillway/engine"
	"spillway/proxy/account"
	"spillway/proxy/config"
	"spillway/proxy/snapshot"
)

// clientView is one client in /api/clients.
type clientView struct {
	Name     string          `json:"name"`
	Policy   string          `json:"policy"`
	Priority engine.Priority `json:"priority"`
	Keys     []clientKeyView `json:"keys"`
	// Spent is by period: minute, hour, day and month. Total is since the start of this process.
	Spent  map[config.Period]amountView `json:"spent"`
	Total  amountView                   `json:"total"`
	Limits []limitView                  `json:"limits"`
}

// clientKeyView is a key as people tell keys apart.
type clientKeyView struct {
	Fingerprint string `json:"fingerprint"`
	// Used is when it was used last; absent when that was before the start of this process.
	Used string `json:"used,omitempty"`
}

type amountView struct {
	Requests int64   `json:"requests"`
	Tokens   int64   `json:"tokens"`
	Dollars  float64 `json:"dollars"`
}

type limitView struct {
	Measure config.Measure `json:"measure"`
	Period  config.Period  `json:"period"`
	Most    float64        `json:"most"`
	// Used counts what requests under way may cost.
	Used float64 `json:"used"`
	// Refused is how many requests went over it since the start of this process.
	Refused int64 `json:"refused"`
	// Resets is when nothing of it will be used any more.
	Resets string `json:"resets"`
}

// clientsView is every client, in the order of the configuration.
func (p *Proxy) clientsView() any {
	view := struct {
		Clients []clientView `json:"clients"`
		// Unsaved is why what clients spend cannot be saved at the moment.
		Unsaved string `json:"unsaved,omitempty"`
	}{Clients: p.clientList()}
	if err := p.book.Failed(); err != nil {
		view.Unsaved = err.Error()
	}
	return view
}

func (p *Proxy) clientList() []clientView {
	s, now := p.current.Load(), p.clock.Now()
	views := []clientView{}
	for i := range s.Config.Clients {
		c := &s.Config.Clients[i]
		view := clientView{Name: c.Name, Policy: c.Policy, Priority: c.Priority, Keys: clientKeyViews(s, c), Limits: []limitView{}}
		if view.Policy == "" {
			view.Policy = s.Config.Policy
		}
		if a := p.book.Account(c.Name); a != nil {
			view.fill(a.State(now))
		}
		views = append(views, view)
	}
	return views
}

func (v *clientView) fill(s account.State) {
	v.Total, v.Spent = viewAmount(s.Total), map[config.Period]amountView{}
	for i, period := range account.Periods() {
		v.Spent[period] = viewAmount(s.Spent[i])
	}
	for _, l := range s.Limits {
		v.Limits = append(v.Limits, limitView{
			Measure: l.Measure, Period: l.Period, Most: l.Most, Used: l.Used, Refused: l.Refused, Resets: stamp(l.Resets),
		})
	}
}

func viewAmount(a account.Amount) amountView { return amountView{a.Requests, a.Tokens, a.Dollars()} }

func clientKeyViews(s *snapshot.Snapshot, c *config.Client) []clientKeyView {
	var views []clientKeyView
	for _, key := range c.Keys {
		view := clientKeyView{Fingerprint: key.Sum.Fingerprint()}
		if used := s.Clients.Used(key.Sum); !used.IsZero() {
			view.Used = stamp(used)
		}
		views = append(views, view)
	}
	return views
}
