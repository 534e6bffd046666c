package runtime

import (
	"math"
	"strconv"
	"time"

	"github.com/dop251/goja"
)

// longest bounds every duration of an action.
const longest = 365 * 24 * time.Hour

// duration is a number of milliseconds or a text such as "1m30s".
func (r *reader) duration(v goja.Value) time.Duration {
	var d time.Duration
	switch {
	case goja.IsNumber(v):
		ms := v.ToFloat()
		if math.IsNaN(ms) || ms < 0 || ms > float64(longest/time.Millisecond) {
			r.wrong(v, "a number of milliseconds, not negative and at most a year")
			return 0
		}
		return time.Duration(ms * float64(time.Millisecond))
	case goja.IsString(v):
		var err error
		if d, err = time.ParseDuration(v.String()); err == nil && d >= 0 && d <= longest {
			return d
		}
		r.wrong(v, `a duration such as "500ms", "30s" or "1m30s", at most a year`)
		if _, err := strconv.ParseFloat(v.String(), 64); err == nil {
			r.hint = "write the unit, or a number for milliseconds"
		}
	default:
		r.wrong(v, `a number of milliseconds or a text such as "30s"`)
	}
	return 0
}
