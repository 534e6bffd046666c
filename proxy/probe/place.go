package probe

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/config"
	"spillway/proxy/model"
)

// place is where a target might be instead.
type place struct {
	dialect engine.API
	url     string
}

// findPlace says where the target really is, when what is at its URL is no API of its dialect; "" when it is, or when nothing
// better is found.
func (p *patient) findPlace() string {
	if p.answersAt(place{p.target.Dialect, p.target.URL}) {
		return ""
	}
	for _, other := range p.places() {
		if p.answersAt(other) {
			if other.dialect != p.target.Dialect {
				return fmt.Sprintf("speaks the other dialect: write `dialect: %s` and `url: %s`", other.dialect, other.url)
			}
			return "is not at this URL: write `url: " + other.url + "`"
		}
	}
	return fmt.Sprintf("nothing at %s speaks the %s dialect; check `url` and `dialect`", p.target.URL, p.target.Dialect)
}

// places are where else to look on the same host: Anthropic's base URLs end before /v1, OpenAI's after it.
func (p *patient) places() (all []place) {
	root := strings.TrimSuffix(p.target.URL, "/v1")
	for _, base := range [...]string{root, hostOf(root)} {
		for _, other := range [...]place{{engine.Anthropic, base}, {engine.OpenAI, base + "/v1"}, {engine.OpenAI, base}} {
			if other != (place{p.target.Dialect, p.target.URL}) {
				all = append(all, other)
			}
		}
	}
	return all
}

func hostOf(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// answersAt says whether an API of the dialect answers there: it says in its own words what is wrong with an empty request.
func (p *patient) answersAt(at place) bool {
	t := *p.target
	t.Dialect, t.URL = at.dialect, at.url
	t.Server = model.FindServer("", at.url)
	other, err := newPatient(&t, p.key, Options{Patience: p.patience})
	if err != nil {
		return false
	}
	defer other.close()
	other.caller = p.caller
	path, _ := question(&config.Target{Dialect: at.dialect}, "", toolless)
	in, err := other.send("POST", path, []byte(`{}`))
	if err != nil {
		return false
	}
	defer func() { _ = in.Close() }()
	known := in.Status() != http.StatusNotFound && in.Status() != http.StatusMethodNotAllowed
	return known && speaks(at.dialect, gjson.ParseBytes(in.Body()))
}

// speaks says whether a whole answer, or an error, is written in a dialect.
func speaks(api engine.API, body gjson.Result) bool {
	kind := body.Get("type").Str
	if api == engine.Anthropic {
		return kind == "message" || kind == "error" && body.Get("error.type").Exists()
	}
	return body.Get("object").Str == "chat.completion" || kind != "error" && body.Get("error").Exists()
}
