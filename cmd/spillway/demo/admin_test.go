package demo

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// admin serves what an admin API said at one moment.
type admin struct{ requests, targets string }

func (a *admin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/api/requests" {
		w.Write([]byte(a.requests))
		return
	}
	w.Write([]byte(a.targets))
}

const (
	firstSend  = `{"at": 0.1, "line": "overload.ts:40:7", "chose": {"send": "claude"}, "failed": [{"target": "claude", "kind": "http", "reason": "overloaded"}]}`
	failover   = `{"at": 100, "line": "overload.ts:52:7", "because": "claude: overloaded", "chose": {"send": "claude-backup", "pause": {"target": "claude", "for": 2000}}, "failed": [{"target": "claude-backup", "kind": "gate", "reason": "paused"}]}`
	comeBack   = `{"at": 200, "line": "overload.ts:66:7", "because": "every target: paused", "chose": {"send": "claude", "after": 1500, "queue": 9000}}`
	sendsAgain = `{"at": 300, "chose": {"send": "claude"}}`
)

func request(id, steps string) string {
	return `{"id": "` + id + `", "policy": "overload@1", "began": "2026-11-01T00:00:01.000Z", "steps": [` + steps + `]}`
}

func TestObserverCountsEveryStepOnce(t *testing.T) {
	api := &admin{targets: `{"targets": [{"name": "claude", "gates": [{"state": "probing", "until": "2026-11-01T00:00:02Z", "request": "a"}]}, {"name": "claude-backup", "gates": [{"state": "open"}]}]}`}
	s := httptest.NewServer(api)
	defer s.Close()
	o := newObserver(s.URL, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	for _, requests := range []string{
		request("a", firstSend),
		request("b", firstSend+","+failover) + "," + request("a", firstSend+","+failover),
		request("a", firstSend+","+failover+","+comeBack+","+sendsAgain),
	} {
		api.requests = `{"requests": [` + requests + `]}`
		o.look()
	}
	want := deeds{
		policy: "overload@1", retries: 1, failovers: 3, waits: 1, spared: 1, pauses: 1,
		gates: map[string]string{"claude": "probing", "claude-backup": "open"},
		latest: []deed{
			{1100 * time.Millisecond, "pause claude 2.0s, send claude-backup", "claude: overloaded", "overload.ts:52:7", 2},
			{1200 * time.Millisecond, "wait, send claude", "every target: paused", "overload.ts:66:7", 1},
			{1300 * time.Millisecond, "send claude", "", "", 1},
		},
	}
	if diff := cmp.Diff(want, o.look(), cmp.AllowUnexported(deeds{}, deed{})); diff != "" {
		t.Error(diff)
	}
}

func TestObserverBearsAnything(t *testing.T) {
	api := &admin{requests: "<html>", targets: `{"targets": 7}`}
	s := httptest.NewServer(api)
	o := newObserver(s.URL, time.Now())
	if got := o.look(); got.policy != "" {
		t.Errorf("learned %v from nothing", got)
	}
	s.Close()
	o.look()
}
