package probe

import (
	"net/http"
	"strings"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
	"spillway/proxy/config"
	"spillway/proxy/dialect"
	"spillway/proxy/failure"
	"spillway/proxy/loop"
	"spillway/proxy/target"
)

// patient is one target under examination, with one of its keys. After introduce it does not change.
type patient struct {
	target   *config.Target
	sender   *target.Target
	patience time.Duration
	key      config.OwnKey // zero when the target has none
	caller   string

	listed []string      // the models it lists; nil when it does not
	away   error         // why nothing answered; nil when something did
	ahead  time.Duration // by how much its clock is ahead of ours; 0 when it does not say
}

func newPatient(t *config.Target, key config.OwnKey, o Options) (*patient, error) {
	sender, err := target.New(t)
	if err != nil {
		return nil, err
	}
	p := &patient{target: t, sender: sender, patience: o.Patience, key: key}
	if !t.HasKey() && t.ForwardCaller && o.Caller != nil {
		p.caller = o.Caller(t.Dialect)
	}
	return p, nil
}

func (p *patient) close() { p.sender.Close() }

// hasKey says whether there is any credential to ask with.
func (p *patient) hasKey() bool { return p.target.HasKey() || p.caller != "" }

// introduce asks for the list of models. That it fails means nothing yet: many servers have none.
func (p *patient) introduce() {
	in, err := p.send("GET", "/v1/models", nil)
	if err != nil {
		p.away = err
		return
	}
	defer func() { _ = in.Close() }()
	if date, err := http.ParseTime(in.Get("Date")); err == nil {
		p.ahead = time.Until(date)
	}
	if in.Status() == http.StatusOK && in.Stream() == nil {
		models, _ := dialect.ReadModels(p.target.Dialect, in.Body())
		for _, m := range models {
			p.listed = append(p.listed, m.ID)
		}
	}
}

// send makes one request as the loop would.
func (p *patient) send(method, path string, body []byte) (loop.Incoming, error) {
	until := time.Now().Add(p.patience)
	out := &loop.Outgoing{
		Method: method, Path: path, Body: body, Header: headersOf(p.target.Dialect), Until: until, FirstEvent: until,
		Key: p.key.Reveal(), Credential: loop.Credential{Value: p.caller, Bearer: p.target.Dialect == engine.OpenAI}, Gone: &clock.Signal{},
	}
	if method == "GET" && p.target.Dialect == engine.Anthropic {
		out.Query = "limit=1000"
	}
	return p.sender.Send(out)
}

// headersOf are what a dialect's SDK sends that a target needs.
func headersOf(api engine.API) func(yield func(key, value []byte) bool) {
	return func(yield func(key, value []byte) bool) {
		if api == engine.Anthropic && !yield([]byte("anthropic-version"), []byte(loop.MessagesVersion)) {
			return
		}
		yield([]byte("Content-Type"), []byte("application/json"))
	}
}

// read is what a failure means. What it says of itself is shown to people, so it is rid of the credential: some targets quote it.
func (p *patient) read(in loop.Incoming, a failure.Answer) failure.Reading {
	a.API, a.Now = p.target.Dialect, time.Now()
	if in != nil {
		a.Status, a.Header = in.Status(), in.Get
	}
	reading := failure.Read(a)
	for _, secret := range [...]string{p.key.Reveal(), p.caller} {
		if secret != "" {
			reading.Message = strings.ReplaceAll(reading.Message, secret, "***")
		}
	}
	return reading
}
