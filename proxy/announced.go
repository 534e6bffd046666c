package proxy

import (
	"bytes"
	"strconv"
	"time"

	"spillway/engine"
)

// announced is what a client's headers say of its patience, its tries and what it forbids, as it stands in them. It aliases the
// request.
type announced struct {
	forbid, maxWait                  []byte
	retryCount, timeout, readTimeout []byte
}

// announced looks through the headers once.
func (a *arrival) announced() (n announced) {
	for key, value := range a.headers {
		if len(key) < len("x-spillway-forbid") || key[0]|0x20 != 'x' {
			continue
		}
		for _, known := range [...]struct {
			name string
			into *[]byte
		}{
			{"x-spillway-forbid", &n.forbid}, {"x-spillway-max-wait", &n.maxWait}, {"x-stainless-retry-count", &n.retryCount},
			{"x-stainless-timeout", &n.timeout}, {"x-stainless-read-timeout", &n.readTimeout},
		} {
			if len(key) == len(known.name) && *known.into == nil && bytes.EqualFold(key, []byte(known.name)) {
				*known.into = value
			}
		}
	}
	return n
}

// sdk reads what the official SDKs announce: seconds, and a count of earlier tries.
func (n announced) sdk() (sdk engine.SDK) {
	if len(n.retryCount) > 0 {
		count, _ := strconv.Atoi(string(n.retryCount))
		sdk.RetryCount = max(0, count)
	}
	for _, text := range [...][]byte{n.timeout, n.readTimeout} {
		if len(text) == 0 {
			continue
		}
		seconds, err := strconv.ParseFloat(string(text), 64)
		if err == nil && seconds > 0 && seconds < 1e6 {
			sdk.Timeout = shorter(sdk.Timeout, time.Duration(seconds*float64(time.Second)))
		}
	}
	return sdk
}

// shorter is the lesser of two durations, of which 0 is none.
func shorter(a, b time.Duration) time.Duration {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}
