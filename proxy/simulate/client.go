package simulate

import (
	"time"

	"spillway/engine"
	"spillway/proxy/config"
	"spillway/proxy/form"
)

// client is a kind of application: many instances of it that ask alike.
type client struct {
	Name     string
	dialect  engine.API
	model    string
	every    time.Duration // the mean gap between requests; 0 = only bursts
	from     time.Duration
	until    time.Duration // 0 = the end
	bursts   []burst
	prompt   quantity // tokens
	results  float64  // the share of a prompt that is tool results
	answer   quantity // tokens it would be, if nothing bounded it
	most     int      // max_tokens
	stream   bool
	priority engine.Priority
	forbid   []config.Floor
	retries  int           // of its SDK
	timeout  time.Duration // of its SDK, for each try
	patience time.Duration // until the person behind it hangs up; 0 = never, and an answer that has begun is waited for
}

// burst is many requests at about the same time.
type burst struct {
	at, over time.Duration
	requests int
	every    time.Duration // it comes again with this period; 0 = it comes once
}

func (s *Scenario) readClients(r *form.Report, n *form.Node) ([]client, bool) {
	if !r.Want(n, form.IsMapping) {
		return nil, false
	}
	clients := make([]client, 0, len(n.Fields))
	for _, f := range n.Fields {
		if form.CheckName(r, f.Name, f.Key) {
			clients = append(clients, s.readClient(r, f))
		}
	}
	return clients, true
}

// readClient reads a client with what the official SDKs do by default (PROTOCOLS: SDK retry rules).
func (s *Scenario) readClient(r *form.Report, f form.Field) client {
	c := client{
		Name: f.Name, prompt: spread(1500, 12_000), answer: spread(300, 1200), most: 4096, stream: true,
		priority: engine.Normal, retries: 2, timeout: 10 * time.Minute,
	}
	if len(s.targets) > 0 {
		c.dialect = s.targets[0].Dialect
	}
	section := form.Open(r, f.Value)
	dialect := form.Scalar(section, "dialect", &c.dialect, form.OneOf(engine.Anthropic, engine.OpenAI))
	if form.Read(section, "model", &c.model, form.ReadText) == nil {
		section.Missing(f.Key, "model", "say which model it asks for")
	}
	often := form.Scalar(section, "rate", &c.every, rate)
	s.begins(r, form.Scalar(section, "from", &c.from, duration), &c.from)
	until := form.Scalar(section, "until", &c.until, duration)
	bursts := form.Read(section, "bursts", &c.bursts, s.readBursts)
	if often == nil && bursts == nil {
		section.Missing(f.Key, "rate", "say how often it asks, such as `rate: 20/s`, or give it `bursts`")
	}
	form.Read(section, "prompt_tokens", &c.prompt, tokens)
	form.Scalar(section, "tool_results", &c.results, form.Percent)
	form.Read(section, "answer_tokens", &c.answer, tokens)
	form.Scalar(section, "max_tokens", &c.most, form.Count)
	form.Scalar(section, "stream", &c.stream, truth)
	form.Scalar(section, "priority", &c.priority, form.OneOf(engine.High, engine.Normal, engine.Low))
	form.Read(section, "forbid", &c.forbid, config.ReadFloors)
	form.Scalar(section, "retries", &c.retries, fewOrNone)
	form.Scalar(section, "timeout", &c.timeout, duration)
	form.Scalar(section, "patience", &c.patience, duration)
	section.Close()
	if until != nil && c.until <= c.from {
		r.Fault(until, form.Wrong("it ends before it has begun", "give a later `until`, or an earlier `from`"))
	}
	if len(s.targets) > 0 && s.home(c.dialect) == nil && dialect != nil {
		r.Fault(dialect, form.Wrong("no target speaks this dialect, so that without a proxy there is nobody to ask", ""))
	}
	return c
}

func (s *Scenario) readBursts(r *form.Report, n *form.Node) ([]burst, bool) {
	if !r.Want(n, form.IsList) {
		return nil, false
	}
	bursts := make([]burst, len(n.Items))
	for i, item := range n.Items {
		b := &bursts[i]
		section := form.Open(r, item)
		s.begins(r, form.Scalar(section, "at", &b.at, duration), &b.at)
		if form.Scalar(section, "requests", &b.requests, form.Count) == nil {
			section.Missing(item, "requests", "say how many requests come at once")
		}
		form.Scalar(section, "over", &b.over, duration)
		form.Scalar(section, "every", &b.every, duration)
		section.Close()
	}
	return bursts, true
}

func truth(text string) (bool, *form.Problem) {
	switch text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, form.Wrong("is neither true nor false", "")
}

// fewOrNone reads a number of retries.
func fewOrNone(text string) (int, *form.Problem) {
	if text == "0" {
		return 0, nil
	}
	n, p := form.Count(text)
	if p == nil && n > 20 {
		p = form.Wrong("is more than 20", "")
	}
	return n, p
}

// asks is about how many requests the client makes in a run.
func (c *client) asks(lasts time.Duration) float64 {
	var n float64
	if c.every > 0 {
		n += float64(c.end(lasts)-c.from) / float64(c.every)
	}
	for _, b := range c.bursts {
		times := 1.0
		if b.every > 0 {
			times += float64((lasts - b.at) / b.every)
		}
		n += times * float64(b.requests)
	}
	return n
}

// end is when the client stops asking at its rate.
func (c *client) end(lasts time.Duration) time.Duration {
	if c.until > 0 {
		return min(c.until, lasts)
	}
	return lasts
}
