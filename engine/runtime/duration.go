package runtime

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// longest bounds every duration of an action.
const longest = 365 * 24 * time.Hour

// duration is a number of milliseconds or a text such as "1m30s".
func (r *reader) duration(v goja.Value) time.Duration {
	switch {
	case goja.IsNumber(v):
		if ms, ok := number(v); ok && ms >= 0 && ms <= float64(longest/time.Millisecond) {
			return time.Duration(ms * float64(time.Millisecond))
		}
		r.wrong(v, "a number of milliseconds, not negative and at most a year", "")
	case goja.IsString(v):
		if d, err := time.ParseDuration(v.String()); err == nil && d >= 0 && d <= longest {
			return d
		}
		r.wrong(v, `a duration such as "500ms", "30s" or "1m30s", at most a year`, durationHint(v.String()))
	default:
		r.wrong(v, `a number of milliseconds or a text such as "30s"`, "")
	}
	return 0
}

// spelled is a duration as people say it.
var spelled = regexp.MustCompile(`(?i)^\s*([0-9.]+)\s*(ms|mil|s|m|h)[a-z]*\s*$`)

func durationHint(text string) string {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return "write the unit, or a number for milliseconds"
	}
	words := spelled.FindStringSubmatch(text)
	if words == nil {
		return ""
	}
	unit := strings.ToLower(words[2])
	if unit == "mil" {
		unit = "ms"
	}
	return fmt.Sprintf("write %q", words[1]+unit)
}
