package demo

import (
	"fmt"
	"strings"
	"time"
)

// scene is one moment of the demo.
type scene struct {
	story         story
	dashboard     string // its URL
	elapsed       time.Duration
	with, without totals
	targets       []answers
	deeds         deeds
}

// answers is what one target answered, by the names of simtarget.
type answers struct {
	name, gate string
	counts     map[string]int
}

// scene is the present moment.
func (s *stage) scene() scene {
	d := s.observer.look()
	return scene{
		story: s.story, dashboard: s.proxy.AdminURL, elapsed: time.Since(s.start), deeds: d,
		with: s.traffic.with.tally.totals(), without: s.traffic.without.tally.totals(),
		targets: []answers{
			{"claude", d.gates["claude"], s.primary.Counts()},
			{"claude-backup", d.gates["claude-backup"], s.backup.Counts()},
			{"claude, direct", "", s.twin.Counts()},
		},
	}
}

// frameHeight is how many lines a frame has at most.
const frameHeight = 18 + shownDeeds

// frame is the scene as a table, at most 80 columns wide.
func (s scene) frame(p paint) []string {
	lines := []string{p.bold("Spillway demo") + "   " + s.clock() + "   " + s.mood(p), p.dim("in a browser  " + s.dashboard), ""}
	lines = append(lines, s.charts(p)...)
	lines = append(lines, "")
	lines = append(lines, s.clientRows(p)...)
	lines = append(lines, s.targetRows(p)...)
	return append(append(lines, ""), s.policyRows(p)...)
}

// line is the scene in one line.
func (s scene) line() string {
	return fmt.Sprintf("%6.1fs  %-27s  with Spillway %6s of %-5d without %6s of %-5d %s", s.elapsed.Seconds(), s.story.chapter(s.elapsed),
		percent(s.with.okShare()), s.with.all(), percent(s.without.okShare()), s.without.all(),
		fmt.Sprintf("failovers %d, retries %d, pauses %d", s.deeds.failovers, s.deeds.retries, s.deeds.pauses))
}

func (s scene) clock() string {
	if s.story.total == 0 {
		return fmt.Sprintf("%.0fs, until Ctrl-C", s.elapsed.Seconds())
	}
	return fmt.Sprintf("%.0fs of %.0fs", min(s.elapsed, s.story.total).Seconds(), s.story.total.Seconds())
}

func (s scene) mood(p paint) string {
	chapter := s.story.chapter(s.elapsed)
	if s.story.primary.Level(s.elapsed) > 0 {
		return p.red(chapter)
	}
	return p.green(chapter)
}

// charts are four lines over the same time: how bad it is, and how well clients fare.
func (s scene) charts(p paint) []string {
	now := s.story.moment(s.elapsed).column
	var primary, backup, with, without strings.Builder
	for column := range columns {
		if column <= now {
			primary.WriteString(trouble(p, s.story.primary.Level(s.story.middle(column))))
			backup.WriteString(trouble(p, s.story.backup.Level(s.story.middle(column))))
		} else {
			primary.WriteString(" ")
			backup.WriteString(" ")
		}
		with.WriteString(fortune(p, s.with.chart[column]))
		without.WriteString(fortune(p, s.without.chart[column]))
	}
	row := func(label, chart, now string) string { return fmt.Sprintf("%-18s%s  %s", label, chart, now) }
	return []string{
		row("claude fails", primary.String(), percent(s.story.primary.Level(s.elapsed))+" now"),
		row("its backup fails", backup.String(), percent(s.story.backup.Level(s.elapsed))+" now"),
		row("ok with Spillway", with.String(), judged(p, s.with)),
		row("ok without", without.String(), judged(p, s.without)),
	}
}

// bar is a level from 0 to 1 in eighths.
func bar(level float64) string {
	eighths := []rune("▁▂▃▄▅▆▇█")
	return string(eighths[min(int(level*float64(len(eighths))), len(eighths)-1)])
}

func trouble(p paint, level float64) string {
	if level == 0 {
		return p.dim(bar(0))
	}
	return p.red(bar(level))
}

// fortune is how the requests of one column fared; blank when there were none.
func fortune(p paint, c share) string {
	if c.all == 0 {
		return " "
	}
	good := float64(c.ok) / float64(c.all)
	switch {
	case good >= .98:
		return p.green(bar(good))
	case good >= .8:
		return p.yellow(bar(good))
	}
	return p.red(bar(good))
}

func judged(p paint, t totals) string {
	text := percent(t.okShare())
	switch {
	case t.okShare() >= .98:
		return p.green(text)
	case t.okShare() >= .8:
		return p.yellow(text)
	}
	return p.red(text)
}

// cells renders a row of the two tables below each other.
func cells(label string, values ...any) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-18s", label)
	for _, v := range values {
		fmt.Fprintf(&b, "%7v", v)
	}
	return b.String()
}

func (s scene) clientRows(p paint) []string {
	row := func(label string, t totals) string {
		return cells(label, t.all(), percent(t.okShare()),
			t.by[overloaded], t.by[inStream], t.by[broken], t.by[timedOut]+t.by[otherwise], took(t.p50), took(t.p95))
	}
	return []string{
		p.dim(cells("clients saw", "answers", "ok", "529", "in 200", "broken", "other", "p50", "p95")),
		row("  with Spillway", s.with),
		row("  without", s.without),
	}
}

func (s scene) targetRows(p paint) []string {
	rows := []string{p.dim(cells("targets answered", "", "ok", "529", "in 200", "reset", "late"))}
	for _, t := range s.targets {
		c := t.counts
		row := cells("  "+t.name, "", c["ok"], c["529"], c["529 in a 200"], c["reset"], c["slow"])
		if t.gate != "" && t.gate != "open" {
			row += "  " + p.yellow(t.gate)
		}
		rows = append(rows, row)
	}
	return rows
}

func (s scene) policyRows(p paint) []string {
	d := s.deeds
	if d.policy == "" {
		return nil
	}
	rows := []string{
		p.dim("policy ") + d.policy + p.dim(fmt.Sprintf("   requests under way %d", s.with.waiting)),
		fmt.Sprintf("  failovers %d   retries %d   waits %d   pauses %d   sends spared %d", d.failovers, d.retries, d.waits, d.pauses, d.spared),
	}
	for _, deed := range d.latest {
		rows = append(rows, deed.row(p))
	}
	return rows
}

// row is when, how often, at which line of the policy, what and why.
func (d deed) row(p paint) string {
	when := fmt.Sprintf("%6.1fs %-5s", d.at.Seconds(), fmt.Sprintf("×%d", d.times))
	return p.dim(when) + fmt.Sprintf("%-4s%-38s", d.lineNumber(), clip(d.action, 37)) + p.dim(clip(d.because, 25))
}

// lineNumber is :52 of overload.ts:52:7.
func (d deed) lineNumber() string {
	parts := strings.Split(d.line, ":")
	if len(parts) < 2 {
		return ""
	}
	return ":" + parts[1]
}

// verdict is what it all came to.
func (s scene) verdict(p paint) []string {
	lines := []string{fmt.Sprintf("Of the same requests, %s were answered with Spillway and %s without it.", judged(p, s.with), judged(p, s.without))}
	if n := s.with.abandoned + s.without.abandoned; n > 0 {
		lines = append(lines, fmt.Sprintf("%d were still waiting at the end (%d with Spillway) and are not counted.", n, s.with.abandoned))
	}
	return append(lines,
		p.dim("Outage and pauses are shortened to fit (vars.pauseSeconds: "+s.story.pause()+")."),
		"For your own: spillway run, and ANTHROPIC_BASE_URL=http://127.0.0.1:5290")
}

// percent never rounds a failure away.
func percent(share float64) string {
	if text := fmt.Sprintf("%.1f%%", 100*share); share == 1 || text != "100.0%" {
		return text
	}
	return "99.9%"
}

func took(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2fs", d.Seconds())
}

func clip(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return text
}
