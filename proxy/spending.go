package proxy

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"spillway/engine"
	"spillway/proxy/account"
	"spillway/proxy/config"
	"spillway/proxy/cost"
	"spillway/proxy/loop"
	"spillway/proxy/snapshot"
	"spillway/proxy/trace"
)

// openAccounts makes the book ready for the next snapshot's clients. What they spend is kept in a file once one has a limit.
func (p *Proxy) openAccounts(next *snapshot.Snapshot) engine.Faults {
	c := next.Config
	if store := c.Store(os.Getenv); store != "" {
		if err := p.book.Open(store); err != nil {
			hint := "`limits` need a folder that can be written, to outlive a restart; name one with `state`"
			if errors.Is(err, account.ErrDamaged) {
				hint = "move it away; what clients have spent is then counted anew"
			}
			return engine.Faults{{Position: engine.Position{File: c.File}, Message: err.Error(), Hint: hint}}
		}
	}
	if err := p.book.Configure(c.Clients); err != nil {
		return engine.Faults{{Message: err.Error()}}
	}
	next.Clients.Open(p.book)
	return nil
}

// tellSaving says when what clients spend cannot be saved, and when it can be again.
func (p *Proxy) tellSaving(err error) {
	if err != nil {
		p.slog.Error("what clients spend cannot be saved; it counts on, and a restart would forget it", "error", err)
		return
	}
	p.slog.Info("what clients spend is saved again")
}

// hold holds what a request may cost against its client's limits, or refuses it. x is nil for one that no policy decides about:
// what that costs nobody knows before.
func (p *Proxy) hold(a *arrival, x *loop.Exchange) *refusal {
	if a.account == nil {
		return nil
	}
	var likely account.Amount
	if x != nil && needsEstimate(a.client) {
		likely = p.likely(x)
	}
	hold, over := a.account.Hold(likely, a.began)
	if over != nil {
		return a.refuseOver(over)
	}
	a.hold = hold
	return nil
}

// needsEstimate says whether a client has a limit of more than requests.
func needsEstimate(c *config.Client) bool {
	for _, q := range c.Quotas {
		if q.Measure != config.Requests {
			return true
		}
	}
	return false
}

// likely is what a request will cost at the first target of its dialect, with an answer as long as the model's are of late.
func (p *Proxy) likely(x *loop.Exchange) account.Amount {
	for _, t := range x.Targets {
		if t.Dialect != x.Request.API || !t.Accepts() {
			continue
		}
		name := t.Resolve(x.Request.Model)
		tokens := cost.Tokens{Input: p.loop.Estimator.Tokens(x.Call, name), Output: p.loop.Estimator.Answer(name)}
		if most := x.Request.MaxTokens; most > 0 {
			tokens.Output = min(tokens.Output, most)
		}
		return account.Spent(tokens.Prompt()+tokens.Output, cost.Of(&t.Target, tokens, name).Dollars)
	}
	return account.Amount{}
}

// refuseOver refuses a request that would go over a limit of its client's.
func (a *arrival) refuseOver(over *account.Over) *refusal {
	wait := over.At.Sub(a.began)
	soon := wait <= time.Minute && !over.Never
	a.advice = &advice{retry: soon, after: min(max(wait, time.Second), time.Minute)}
	message := fmt.Sprintf("client %s is over its limit of %s; there is room again at %s", a.client.Name, over.Quota, over.At.UTC().Format(time.RFC3339))
	if over.Never {
		message = fmt.Sprintf("this request alone is likely to need more than client %s's limit of %s", a.client.Name, over.Quota)
	}
	reason := engine.ReasonRateLimit
	if a.api == engine.OpenAI && !soon { // which OpenAI's dialect tells apart, with the same status
		reason = engine.ReasonSpendLimit
	}
	return &refusal{429, reason, message}
}

// advice is what a refused client's SDK should do.
type advice struct {
	retry bool
	after time.Duration
}

func (a *arrival) advise() {
	h := &a.ctx.Response.Header
	h.Set("X-Should-Retry", strconv.FormatBool(a.advice.retry))
	h.Set("Retry-After", strconv.Itoa(int((a.advice.after+time.Second-1)/time.Second)))
}

// settle charges the client for a request that has ended.
func settle(hold *account.Hold, e *trace.End) {
	u := e.Usage
	spent := account.Spent(u.Prompt()+u.Output, e.Cost.Dollars)
	if e.Estimated {
		spent = spent.AtLeast(hold.Cost())
	}
	hold.Settle(spent, e.At)
}

// spent is what policies see of the client's spending.
func (a *arrival) spent() (s engine.Spent) {
	spent, share := a.account.Spent(a.began)
	for i, into := range [...]*engine.Spending{&s.Minute, &s.Hour, &s.Day, &s.Month} {
		n := spent[i]
		*into = engine.Spending{Requests: int(n.Requests), Tokens: int(n.Tokens), Dollars: n.Dollars()}
	}
	s.Share = share
	return s
}
