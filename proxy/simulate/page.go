package simulate

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page's files
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"
)

//go:embed page/page.html
var pageHTML string

//go:embed page/page.css
var pageStyle string

//go:embed page/plot.js
var plotScript string

//go:embed page/page.js
var pageScript string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// page is what the template shows.
type page struct {
	Result   *Result
	Security string
	Style    template.CSS
	Script   template.JS
	Data     template.JS
	Facts    string
	Faults   []pageFault
	Lines    []pageLine
}

type pageFault struct{ Target, What, When string }

type pageLine struct {
	Label  string
	Under  bool
	Values []string
}

// Page is the result as one HTML page that loads nothing: plots over time, the contenders side by side. Its security policy lets
// nothing run but its own script.
func (r *Result) Page() ([]byte, error) {
	data, err := json.Marshal(r) // which escapes <, > and &: it cannot leave its element
	if err != nil {
		return nil, fmt.Errorf("write the page's data: %w", err)
	}
	script := plotScript + pageScript
	p := page{
		Result:   r,
		Style:    template.CSS(pageStyle), //nolint:gosec // it is our own file
		Script:   template.JS(script),     //nolint:gosec // as above
		Data:     template.JS(data),       //nolint:gosec // as JSON, see above
		Security: "default-src 'none'; style-src '" + hash(pageStyle) + "'; script-src '" + hash(script) + "'",
		Facts:    r.Scenario + ": " + r.facts(), Faults: r.pageFaults(), Lines: r.pageLines(),
	}
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, p); err != nil {
		return nil, fmt.Errorf("write the page: %w", err)
	}
	return out.Bytes(), nil
}

// hash is how a security policy names a script or a style (W3C CSP 3).
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// pageFaults are the times at which something is wrong; those of a fault that comes again are told together.
func (r *Result) pageFaults() (faults []pageFault) {
	for i, f := range r.Faults {
		when := clockOf(f.FromMs) + " to " + clockOf(f.ToMs)
		if f.FromMs == 0 && f.ToMs == r.DurationMs {
			when = "always"
		}
		if i > 0 && r.Faults[i-1].Target == f.Target && r.Faults[i-1].Kind == f.Kind {
			faults[len(faults)-1].When += ", " + when
			continue
		}
		faults = append(faults, pageFault{f.Target, strings.ReplaceAll(string(f.Kind), "_", " "), when})
	}
	return faults
}

// clockOf writes milliseconds as minutes and seconds.
func clockOf(ms int) string { return fmt.Sprintf("%d:%02d", ms/60_000, ms/1000%60) }

func (r *Result) pageLines() (lines []pageLine) {
	for _, row := range slices.Concat(rows, r.clientRows()) {
		line := pageLine{Label: strings.TrimSpace(row.label), Under: strings.HasPrefix(row.label, "  ")}
		if strings.HasPrefix(line.Label, "p9") {
			line.Label = "first token " + line.Label
			line.Under = false
		}
		for _, c := range r.Contenders {
			line.Values = append(line.Values, row.show(c))
		}
		lines = append(lines, line)
	}
	return lines
}
