package table

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
)

// match compares the wanted parts with what came back and reports every difference. A wanted null means that the key must
// be absent, {atLeast, atMost} bounds a number, a text such as "30s" equals its number of milliseconds, and of an object
// only the wanted keys count.
func match(path string, want, got any) []problem {
	switch w := want.(type) {
	case nil:
		return unless(path, got == nil, "nothing", got)
	case map[string]any:
		if isRange(w) {
			return inRange(path, w, got)
		}
		g, ok := got.(map[string]any)
		if !ok {
			return unless(path, false, show(want), got)
		}
		var problems []problem
		for _, key := range slices.Sorted(maps.Keys(w)) {
			problems = append(problems, match(join(path, key), w[key], g[key])...)
		}
		return problems
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return unless(path, false, show(want), got)
		}
		var problems []problem
		for i := range w {
			problems = append(problems, match(fmt.Sprintf("%s[%d]", path, i), w[i], g[i])...)
		}
		return problems
	case string:
		if g, isNumber := got.(float64); isNumber {
			ms, isDuration := milliseconds(w)
			if isDuration {
				return unless(path, same(ms, g), show(want), asDuration(g))
			}
			return unless(path, false, show(want), got)
		}
	case float64:
		g, _ := got.(float64) // what an action leaves out is zero
		return unless(path, same(w, g) && (got == nil || reflect.TypeOf(got) == reflect.TypeOf(want)), show(want), got)
	}
	return unless(path, reflect.DeepEqual(want, got), show(want), got)
}

func unless(path string, ok bool, want string, got any) []problem {
	if ok {
		return nil
	}
	return []problem{{path: path, message: "want " + want + ", got " + found(got)}}
}

func found(got any) string {
	if got == nil {
		return "nothing"
	}
	return show(got)
}

// isRange says whether a wanted object is a bound for a number.
func isRange(w map[string]any) bool {
	for key := range w {
		if key != "atLeast" && key != "atMost" {
			return false
		}
	}
	return len(w) > 0
}

func inRange(path string, w map[string]any, got any) []problem {
	g, isNumber := got.(float64)
	low, high := math.Inf(-1), math.Inf(1)
	want, known, timed := "", true, false
	for _, bound := range []struct {
		key, words string
		into       *float64
	}{{"atLeast", "at least ", &low}, {"atMost", "at most ", &high}} {
		value, said := w[bound.key]
		if !said {
			continue
		}
		n, ok := milliseconds(value)
		_, written := value.(string)
		*bound.into, known, timed = n, known && ok, timed || written
		if want != "" {
			want += " and "
		}
		want += bound.words + show(value)
	}
	if !known {
		return []problem{{path: path, message: "atLeast and atMost must be numbers or durations"}}
	}
	ok := (isNumber || got == nil) && g >= low && g <= high
	if isNumber && timed {
		got = asDuration(g)
	}
	return unless(path, ok, want, got)
}

// asDuration writes a number of milliseconds as tables do.
func asDuration(ms float64) string {
	return time.Duration(ms * float64(time.Millisecond)).Round(time.Millisecond).String()
}

// same is equality without the noise of turning texts into milliseconds.
func same(a, b float64) bool { return math.Abs(a-b) < 1e-6 }

// show writes a value as a policy would.
func show(value any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSpace(b.String())
}
