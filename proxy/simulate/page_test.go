package simulate_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spillway/proxy/simulate"
)

// hostile is text that would like to be more.
const hostile = `</script><script>alert("1")</script><img src=x onerror=alert(1)>'"&`

// Whatever a scenario and a policy are called, the page shows it as text, and only its own script may run.
func TestPageIsSafe(t *testing.T) {
	s := parse(t, "small.yaml", small)
	s.Title, s.Story = hostile, hostile
	opponent := simulate.Opponents()[0]
	opponent.Name = hostile
	report, err := simulate.Run(t.Context(), s, opponent, nil)
	if err != nil {
		t.Fatal(err)
	}
	result := simulate.NewResult(s, []*simulate.Report{report})
	page, err := result.Page()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(page, []byte("<img")) || bytes.Contains(page, []byte("alert(1)</script>")) || bytes.Count(page, []byte("<script")) != 2 {
		t.Error("a text became markup")
	}
	var shown simulate.Result
	if err := json.Unmarshal([]byte(between(t, string(page), `<script id="result" type="application/json">`, "</script>")), &shown); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(result, &shown, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Fault" }, cmp.Ignore())); diff != "" {
		t.Errorf("the page's data (-want +got):\n%s", diff)
	}
	policy := html.UnescapeString(between(t, string(page), `http-equiv="Content-Security-Policy" content="`, `"`))
	for _, part := range []string{between(t, string(page), "<style>", "</style>"), lastScript(string(page))} {
		sum := sha256.Sum256([]byte(part))
		if !strings.Contains(policy, base64.StdEncoding.EncodeToString(sum[:])) {
			t.Errorf("%s does not admit\n%s", policy, part[:min(len(part), 100)])
		}
	}
	for _, outside := range []string{"http://", "https://", "url(", "@import"} {
		if bytes.Contains(bytes.ReplaceAll(page, []byte("http://www.w3.org/2000/svg"), nil), []byte(outside)) {
			t.Errorf("the page has %s", outside)
		}
	}
}

func between(t *testing.T, text, before, after string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, before)
	part, _, ends := strings.Cut(rest, after)
	if !ok || !ends {
		t.Fatalf("there is nothing between %s and %s", before, after)
	}
	return part
}

func lastScript(page string) string {
	_, script, _ := strings.Cut(page[strings.LastIndex(page, "<script"):], ">")
	script, _, _ = strings.Cut(script, "</script>")
	return script
}
