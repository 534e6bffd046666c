package replay

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Row is the decision as a row of a table of tests (see [spillway/engine/table]), as one writes it in TypeScript: it says all that
// the policy looked at, and wants what the policy decided. What must not be kept is not in it; a policy that read it may decide
// otherwise in a test, which a comment in the row says.
func (d *Decision) Row(e *Environment) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  {\n    name: %s,\n", literal(fmt.Sprintf("%s, decision %d: %s", d.ID, d.Number, headline(Chosen{Action: d.Action}))))
	if len(d.Hidden) > 0 {
		fmt.Fprintf(&b, "    // The policy read %s, which is not kept: fill it in.\n", strings.Join(sortedSet(d.Hidden), ", "))
	}
	fmt.Fprintf(&b, "    request: %s,\n", literal(d.rowRequest()))
	if len(d.Attempts) > 0 {
		b.WriteString("    attempts: [\n")
		for i := range d.Attempts {
			fmt.Fprintf(&b, "      %s,\n", literal(d.Attempts[i].row()))
		}
		b.WriteString("    ],\n")
	}
	b.WriteString("    ctx: {\n")
	ctx := d.rowCtx(e)
	for _, key := range slices.Sorted(maps.Keys(ctx)) {
		fmt.Fprintf(&b, "      %s: %s,\n", key, literal(ctx[key]))
	}
	b.WriteString("    },\n")
	if d.Action == nil {
		fmt.Fprintf(&b, "    throws: %s,\n", literal(d.throws()))
	} else {
		fmt.Fprintf(&b, "    want: %s,\n", literal(known(d.Action)))
	}
	b.WriteString("  },\n")
	return b.String()
}

// rowRequest is what the policy read of the request; the rest does not matter.
func (d *Decision) rowRequest() map[string]any {
	row := map[string]any{"api": string(d.Request.API)}
	for _, read := range d.Reads {
		member, ok := strings.CutPrefix(read.Name(), "request.")
		outer, inner, nested := strings.Cut(member, ".")
		switch {
		case !ok || strings.Contains(member, "(") || isHash(read.Value()):
		case !nested:
			row[member] = read.Value()
		case read.Value() != nil:
			of, _ := row[outer].(map[string]any)
			if of == nil {
				of = map[string]any{}
				row[outer] = of
			}
			of[inner] = read.Value()
		}
	}
	return row
}

func (a *Attempt) row() map[string]any {
	row := map[string]any{
		"target": a.Target, "model": a.Model, "status": a.Status, "reason": a.Reason, "retry": a.Retry, "kind": a.Kind,
		"ms": wholeMs(a.Took), "at": a.At.UnixMilli(),
	}
	if a.Code != "" {
		row["code"] = a.Code
	}
	if a.Key != "" {
		row["key"] = a.Key
	}
	if a.OtherKey {
		row["otherKey"] = true
	}
	if a.RetryAfter > 0 {
		row["retryAfter"] = wholeMs(a.RetryAfter)
	}
	if len(a.Edits) > 0 {
		row["edits"] = a.Edits
	}
	return row
}

// wholeMs is a duration as policies see it.
func wholeMs(m Millis) int64 {
	return int64((m.duration() + time.Millisecond - 1) / time.Millisecond)
}

func (d *Decision) rowCtx(e *Environment) map[string]any {
	health, costs, counts := map[string]any{}, map[string]any{}, map[string]any{}
	row := map[string]any{
		"now": d.Ctx.Now.UnixMilli(), "timeLeft": wholeMs(d.Ctx.TimeLeft), "stepsLeft": d.Ctx.StepsLeft, "seed": d.Ctx.Seed, "targets": e.Targets,
	}
	if len(e.Vars) > 0 {
		row["vars"] = e.Vars
	}
	for _, read := range d.Reads {
		function, argument, _ := strings.Cut(strings.TrimSuffix(read.Name(), ")"), "(")
		gate := strings.Replace(argument, ", ", "/", 1)
		switch {
		case read.Name() == "ctx.opensIn":
			row["opensIn"] = read.Value()
		case function == "ctx.health":
			health[gate] = said(read.Value())
		case function == "ctx.cost" && read.Value() != nil:
			costs[gate] = read.Value()
		case function == "ctx.count":
			counts[argument] = read.Value()
		}
	}
	for key, of := range map[string]map[string]any{"health": health, "cost": costs, "count": counts} {
		if len(of) > 0 {
			row[key] = of
		}
	}
	return row
}

// said is a gate's health without what is null in it.
func said(value any) any {
	var health map[string]any
	if asJSON(value, &health) != nil {
		return value
	}
	return withoutNull(health)
}

func withoutNull(object map[string]any) map[string]any {
	kept := map[string]any{}
	for key, value := range object {
		inner, nested := value.(map[string]any)
		if nested {
			inner = withoutNull(inner)
			value = inner
		}
		if value != nil && (!nested || len(inner) > 0) {
			kept[key] = value
		}
	}
	return kept
}

// throws is a part of the fault's message, or that there is any.
func (d *Decision) throws() any {
	if d.Fault == "" || isHash(d.Fault) {
		return true
	}
	return d.Fault
}

func isHash(value any) bool {
	text, ok := value.(string)
	return ok && strings.HasPrefix(text, "sha256:")
}

// known is an action without its hashes.
func known(action map[string]any) map[string]any {
	kept := map[string]any{}
	for key, value := range action {
		inner, nested := value.(map[string]any)
		switch {
		case isHash(value) || isHash(key):
		case nested:
			if inner = known(inner); len(inner) > 0 {
				kept[key] = inner
			}
		default:
			kept[key] = value
		}
	}
	return kept
}

var (
	quotedKey = regexp.MustCompile(`"([A-Za-z_$][A-Za-z0-9_$]*)":`)
	oneString = regexp.MustCompile(`"(?:[^"\\]|\\.)*":?`)
)

// literal is a value as one writes it in TypeScript, on one line.
func literal(value any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "null"
	}
	text := strings.TrimSpace(b.String())
	return spaced(oneString.ReplaceAllStringFunc(text, func(s string) string { return quotedKey.ReplaceAllString(s, "$1:") }))
}

// spaced puts blanks where a person would: around braces, behind colons and commas. It leaves strings alone.
func spaced(text string) string {
	var b strings.Builder
	inString := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		b.WriteByte(c)
		switch {
		case inString && c == '\\':
			i++
			b.WriteByte(text[i])
		case c == '"':
			inString = !inString
		case inString:
		case c == ':' || c == ',':
			b.WriteByte(' ')
		case c == '{' && text[i+1] != '}':
			b.WriteByte(' ')
		}
		if !inString && i+1 < len(text) && text[i+1] == '}' && c != '{' {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
