package demo

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// observer reads from the admin API what the policy did. One goroutine owns it.
type observer struct {
	url   string
	http  *http.Client
	start time.Time
	steps map[string]int    // how many steps of a request are counted
	cause map[string]string // which request's decision last paused a target
	deeds deeds
}

// deeds are what the policy did so far.
type deeds struct {
	policy    string // name@revision; "" = the admin API told nothing
	retries   int    // sends to the same target once more
	failovers int    // sends to another target than before
	waits     int    // sends after a wait
	spared    int    // sends that a closed gate kept from a target
	pauses    int
	gates     map[string]string // by target
	latest    []deed            // newest last, alike ones as one
}

// deed is one decision beyond the first send of a request.
type deed struct {
	at                    time.Duration
	action, because, line string
	times                 int
}

// shownDeeds is how many of the latest deeds are kept.
const shownDeeds = 5

func newObserver(url string, start time.Time) *observer {
	return &observer{
		url: url, http: &http.Client{Timeout: time.Second}, start: start,
		steps: map[string]int{}, cause: map[string]string{}, deeds: deeds{gates: map[string]string{}},
	}
}

// look reads what is new and gives all that is known. What cannot be read is left out.
func (o *observer) look() deeds {
	if o.url == "" {
		return o.deeds
	}
	var requests requestList
	if o.get("/api/requests?limit=600", &requests) == nil {
		o.count(requests)
	}
	var targets targetList
	if o.get("/api/targets", &targets) == nil {
		o.note(targets)
	}
	d := o.deeds
	d.latest = slices.Clone(d.latest)
	return d
}

func (o *observer) get(path string, into any) error {
	resp, err := o.http.Get(o.url + path)
	if err != nil {
		return fmt.Errorf("ask the admin API: %w", err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("read %s of the admin API: %w", path, err)
	}
	return nil
}

// requestList is the part of /api/requests that the demo reads, newest first.
type requestList struct {
	Requests []struct {
		ID, Policy string
		Began      time.Time
		Steps      []step
	}
}

type step struct {
	At            float64 // ms after the request began
	Line, Because string
	Chose         struct {
		Send  string
		After float64 // ms
		Fail  string
		Pause *struct {
			Target string
			For    float64 // ms
		}
	}
	Failed []struct{ Kind string }
}

// count adds the steps that were not there before.
func (o *observer) count(list requestList) {
	known := make(map[string]int, len(list.Requests))
	var fresh []deed
	for _, r := range list.Requests {
		o.deeds.policy = cmp.Or(r.Policy, o.deeds.policy)
		known[r.ID] = len(r.Steps)
		for i := max(1, o.steps[r.ID]); i < len(r.Steps); i++ {
			at := r.Began.Add(time.Duration(r.Steps[i].At * float64(time.Millisecond))).Sub(o.start)
			o.add(r.Steps[i-1], r.Steps[i])
			fresh = append(fresh, deed{at, r.Steps[i].action(), r.Steps[i].Because, r.Steps[i].Line, 1})
		}
	}
	o.steps = known
	slices.SortFunc(fresh, func(a, b deed) int { return cmp.Compare(a.at, b.at) })
	for _, d := range fresh {
		o.deeds.tell(d)
	}
}

// add counts the decision that came after the one before.
func (o *observer) add(before, s step) {
	if len(before.Failed) > 0 && before.Failed[0].Kind == "gate" {
		o.deeds.spared++
	}
	switch s.Chose.Send {
	case "":
	case before.Chose.Send:
		o.deeds.retries++
	default:
		o.deeds.failovers++
	}
	if s.Chose.After > 0 {
		o.deeds.waits++
	}
}

// tell appends to the latest deeds; one that does the same as a recent one for the same reason counts it up.
func (d *deeds) tell(next deed) {
	same := func(known deed) bool { return known.action == next.action && known.because == next.because }
	if i := slices.IndexFunc(d.latest, same); i >= 0 {
		next.times += d.latest[i].times
		d.latest = slices.Delete(d.latest, i, i+1)
	}
	d.latest = append(d.latest, next)
	if extra := len(d.latest) - shownDeeds; extra > 0 {
		d.latest = slices.Delete(d.latest, 0, extra)
	}
}

// action says in words what was chosen.
func (s step) action() string {
	var words []string
	if p := s.Chose.Pause; p != nil {
		words = append(words, "pause "+p.Target+" "+seconds(p.For))
	}
	if s.Chose.After > 0 {
		words = append(words, "wait")
	}
	if s.Chose.Send != "" {
		words = append(words, "send "+s.Chose.Send)
	}
	if s.Chose.Fail != "" {
		words = append(words, "fail")
	}
	return strings.Join(words, ", ")
}

// targetList is the part of /api/targets that the demo reads.
type targetList struct {
	Targets []struct {
		Name  string
		Gates []struct {
			State   string
			Until   time.Time
			Request string
		}
	}
}

// note counts pauses by the requests whose decisions caused them, and says how the gates stand.
func (o *observer) note(list targetList) {
	gates := make(map[string]string, len(list.Targets))
	for _, t := range list.Targets {
		for _, g := range t.Gates {
			if g.Request != "" && g.Request != o.cause[t.Name] {
				o.cause[t.Name] = g.Request
				o.deeds.pauses++
			}
			gates[t.Name] = g.State
			if left := time.Until(g.Until); g.State == "paused" && left > 0 {
				gates[t.Name] = "paused for " + seconds(float64(left.Milliseconds()))
			}
		}
	}
	o.deeds.gates = gates
}

func seconds(ms float64) string {
	return strconv.FormatFloat(ms/1000, 'f', 1, 64) + "s"
}
