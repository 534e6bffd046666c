package failure

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxWait is the longest wait that is believed.
const maxWait = 24 * time.Hour

// retryAfter is how long the target asks to wait, by the header that says it most exactly. What is no positive time is 0.
func retryAfter(a Answer) time.Duration {
	if d := units(a.header("retry-after-ms"), time.Millisecond); d > 0 {
		return d
	}
	value := a.header("retry-after")
	if d := units(value, time.Second); d > 0 {
		return d
	}
	if at, err := http.ParseTime(strings.TrimSpace(value)); err == nil {
		return min(max(0, at.Sub(a.Now)), maxWait)
	}
	return 0
}

// units reads a decimal number of units.
func units(value string, unit time.Duration) time.Duration {
	n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || n <= 0 {
		return 0
	}
	return time.Duration(min(n*float64(unit), float64(maxWait)))
}
