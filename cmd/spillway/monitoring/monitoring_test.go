// Package monitoring_test holds the dashboard and the alert rules in this folder against what Spillway serves.
package monitoring_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v4"

	"spillway/engine"
	"spillway/policies"
	"spillway/proxy"
	"spillway/proxy/simtarget"
	"spillway/proxy/snapshot"
	"spillway/proxy/trace"
)

// patience bounds what would otherwise hang. It is never waited for.
const patience = 20 * time.Second

// words are what labels may say.
var words = map[string][]string{
	"reason":   append(texts(engine.Reasons[:]), "ok"),
	"outcome":  append(texts(trace.Outcomes[:]), "decided", "recalled", "invalid", "threw", "timed_out", "abandoned", "benched"),
	"rejected": {"true", "false"},
	"status":   {"400", "413", "422"},
}

func texts[T ~string](list []T) (all []string) {
	for _, word := range list {
		all = append(all, string(word))
	}
	return all
}

// Every query can be parsed, and asks for metrics, labels and words that there are.
func TestQueries(t *testing.T) {
	served := serve(t)
	queries := alerts(t)
	maps.Copy(queries, panels(t))
	if len(queries) < 20 {
		t.Fatalf("only %d queries", len(queries))
	}
	used := map[string]bool{}
	for where, query := range queries {
		expr, err := metricsql.Parse(strings.ReplaceAll(query, "$__rate_interval", "5m"))
		if err != nil {
			t.Errorf("%s: %v", where, err)
			continue
		}
		metricsql.VisitAll(expr, func(e metricsql.Expr) {
			switch e := e.(type) {
			case *metricsql.MetricExpr:
				used[check(t, where, e, served)] = true
			case *metricsql.AggrFuncExpr:
				for _, label := range e.Modifier.Args {
					if !known(e, label, served) {
						t.Errorf("%s: %s has no label %s", where, e.AppendString(nil), label)
					}
				}
			}
		})
	}
	for name := range served {
		if strings.HasPrefix(name, "spillway_") && !used[name] && !leftOut[name] {
			t.Errorf("nothing shows %s: show it, or say in leftOut that it is left out", name)
		}
	}
}

// leftOut are metrics that neither dashboard nor alerts show.
var leftOut = map[string]bool{
	"spillway_passthrough_total": true, "spillway_gate_consecutive_overloads": true, "spillway_attempt_first_content_seconds": true,
	"spillway_policy_stuck_calls": true,
}

// check looks at one selector, and gives the name of its metric.
func check(t *testing.T, where string, e *metricsql.MetricExpr, served map[string][]string) (name string) {
	t.Helper()
	for _, filters := range e.LabelFilterss {
		for _, f := range filters {
			if f.Label == "__name__" {
				name = strings.TrimSuffix(f.Value, "_bucket")
				if served[name] == nil {
					t.Errorf("%s: there is no metric %s", where, f.Value)
				}
				continue
			}
			if f.Label == "instance" {
				continue // Prometheus adds it
			}
			if !slices.Contains(served[name], f.Label) {
				t.Errorf("%s: %s has no label %s", where, name, f.Label)
			}
			for word := range strings.SplitSeq(f.Value, "|") {
				if !slices.Contains(words[f.Label], word) {
					t.Errorf("%s: %s is never %s=%q", where, name, f.Label, word)
				}
			}
		}
	}
	return name
}

// known says whether every metric in an aggregation has a label.
func known(e metricsql.Expr, label string, served map[string][]string) bool {
	all := label != "instance"
	metricsql.VisitAll(e, func(e metricsql.Expr) {
		if m, ok := e.(*metricsql.MetricExpr); ok && len(m.LabelFilterss) > 0 {
			name := strings.TrimSuffix(m.LabelFilterss[0][0].Value, "_bucket")
			all = all && (slices.Contains(served[name], label) || label == "le" && strings.HasSuffix(name, "_seconds"))
		}
	})
	return all
}

// Templates in alerts use labels that their queries leave.
func TestAlertTemplates(t *testing.T) {
	labels := regexp.MustCompile(`\$labels\.(\w+)`)
	for _, rule := range rules(t) {
		for _, text := range rule.Annotations {
			for _, match := range labels.FindAllStringSubmatch(text, -1) {
				if !regexp.MustCompile(`by \([^)]*\b` + match[1] + `\b`).MatchString(rule.Expr) {
					t.Errorf("%s says %s, which its query drops", rule.Alert, match[0])
				}
			}
		}
		if rule.Annotations["summary"] == "" || rule.Labels["severity"] == "" {
			t.Errorf("%s has no summary or no severity", rule.Alert)
		}
	}
}

type rule struct {
	Alert, Expr         string
	For                 string
	Labels, Annotations map[string]string
}

func rules(t *testing.T) (all []rule) {
	t.Helper()
	text, err := os.ReadFile("alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string
			Rules []rule
		}
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	return all
}

func alerts(t *testing.T) map[string]string {
	t.Helper()
	queries := map[string]string{}
	for _, rule := range rules(t) {
		if _, err := model.ParseDuration(rule.For); err != nil && rule.For != "" {
			t.Errorf("%s: for: %v", rule.Alert, err)
		}
		queries["alert "+rule.Alert] = rule.Expr
	}
	return queries
}

func panels(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ RefID, Expr string }
			GridPos struct{ X, Y, W, H int }
		}
		Annotations struct {
			List []struct{ Name, Expr string }
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	queries := map[string]string{}
	for _, panel := range file.Panels {
		for _, target := range panel.Targets {
			queries[fmt.Sprintf("panel %q %s", panel.Title, target.RefID)] = target.Expr
		}
	}
	for _, a := range file.Annotations.List {
		queries["annotation "+a.Name] = a.Expr
	}
	return queries
}

// serve runs a Spillway that has something to say for each of its metrics, and reads them: their labels by their names.
func serve(t *testing.T) map[string][]string {
	t.Helper()
	target, err := simtarget.Start(simtarget.Config{Behaviour: simtarget.InTurn(simtarget.JSON(200, otherModel), simtarget.Message("hello"))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(target.Close)
	file := filepath.Join(t.TempDir(), "spillway.yaml")
	config := fmt.Sprintf("listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\ntargets:\n  claude: { dialect: anthropic, url: %q, key: simulated }\nclients: [{ name: app, key: of-app }]\n"+
		"candidates: { overload: { candidate: passthrough, shadow: 100%% }, lighten: { candidate: batch, canary: 50%% } }\n", target.URL())
	write(t, file, config)
	p, err := proxy.New(snapshot.Sources{Config: file, Embedded: policies.Files()}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, config+"an edit that is rejected: yes\n")
	served := make(chan error, 1)
	go func() { served <- p.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		p.Shutdown(ctx)
		<-served
	})
	for _, ask := range [][2]string{
		{"/v1/messages", "claude-opus-5-5"}, {"/v1/messages", "claude-opus-5-5"}, {"/v1/messages", "without-a-price"},
		{"/v1/messages/batches", "claude-opus-5-5"}, {"/nowhere", ""},
	} {
		request := fmt.Sprintf(`{"model":%q,"max_tokens":100,"messages":[{"role":"user","content":"hello"}]}`, ask[1])
		req, err := http.NewRequest(http.MethodPost, "http://"+p.Addr()+ask[0], strings.NewReader(request))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Anthropic-Version", "2023-06-01")
		req.Header.Set("X-Api-Key", "of-app")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	for t.Context().Err() == nil {
		labels := scrape(t, "http://"+p.AdminAddr()+"/metrics")
		if labels["spillway_candidate_differences_total"] != nil { // a shadow decides in its own time
			return labels
		}
	}
	return nil
}

// otherModel is an answer of another model than any that is asked for.
const otherModel = `{"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[{"type":"text","text":"hello"}],` +
	`"stop_reason":"end_turn","usage":{"input_tokens":1,"cache_read_input_tokens":1,"output_tokens":1}}`

func scrape(t *testing.T, url string) map[string][]string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string][]string{}
	for name, family := range families {
		labels[name] = []string{}
		for _, pair := range family.GetMetric()[0].GetLabel() {
			labels[name] = append(labels[name], pair.GetName())
		}
	}
	return labels
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
