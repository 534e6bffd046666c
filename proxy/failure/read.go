package failure

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"spillway/engine"
)

// Read reads a failure.
func Read(a Answer) Reading {
	f := factsOf(a)
	r := match(f)
	reading := Reading{
		Reason: r.reason, Retry: r.retry, Kind: r.kind, Signature: r.signature,
		Code: f.words.code, Message: f.words.message, RetryAfter: f.wait,
	}
	if reading.Code == "" {
		reading.Code = f.words.kind
	}
	switch {
	case reading.Kind != "":
		reading.Message = "no answer"
		if a.Err != nil {
			reading.Message = oneLine(a.Err.Error())
		}
	case a.Status >= 300:
		reading.Kind = engine.KindHTTP
	default:
		reading.Kind = engine.KindStream
	}
	reading.readKey(f, a)
	if f.declined && reading.Retry == engine.RetrySame {
		reading.Retry = engine.RetryElsewhere
	}
	return reading
}

func match(f facts) row {
	i := slices.IndexFunc(table, f.fit)
	return table[i]
}

// facts are what the table asks about.
type facts struct {
	api      engine.API
	err      error
	answered bool // the target sent a status
	status   int
	words    words
	said     string // the message in lower case
	wait     time.Duration
	passes   bool // the target says or shows that the limit will pass
	declined bool // the target says that the same request should not come again
	genuine  bool // Anthropic itself answered
}

func factsOf(a Answer) facts {
	f := facts{api: a.API, err: a.Err, answered: a.Status != 0, status: a.Status}
	if a.Status >= 300 {
		f.err = nil // the status says more than how its body ended
	}
	f.words = wordsIn(a.Body)
	f.said = strings.ToLower(f.words.message)
	if a.Status < 300 {
		f.status = f.words.statusInside(a.InStream)
	}
	if a.InStream {
		return f // the headers came before anything was wrong
	}
	f.wait = retryAfter(a)
	hint := a.header("x-should-retry")
	f.declined = hint == "false"
	f.passes = f.wait > 0 || hint == "true" || exhausted(RateLimits(a.API, a.header, a.Now), a.Now)
	f.genuine = a.header("anthropic-organization-id") != "" || strings.HasPrefix(a.header("request-id"), "req_")
	return f
}

func (f facts) fit(r row) bool {
	return (r.err == nil || errors.Is(f.err, r.err)) &&
		(r.api == "" || r.api == f.api) &&
		(r.status == 0 || r.status == f.status || r.status == f.status/100) &&
		(r.code == "" || f.words.has(r.code)) &&
		(r.says == "" || f.says(r.says)) &&
		(r.when == nil || r.when(f))
}

func (f facts) says(parts string) bool {
	for part := range strings.SplitSeq(parts, "|") {
		if strings.Contains(f.said, part) {
			return true
		}
	}
	return false
}

func (f facts) unanswered() bool   { return !f.answered }
func (f facts) broken() bool       { return f.err != nil }
func (f facts) page() bool         { return f.words.page }
func (f facts) routed() bool       { return f.words.routed }
func (f facts) wordless() bool     { return !f.words.spoken }
func (f facts) noEndInSight() bool { return f.genuine && !f.passes }

var statedDate = regexp.MustCompile(`(\d{4}-\d{2}-\d{2})(?:(?:T| at | )(\d{2}:\d{2}))?`)

// dateIn finds the date a message states, in UTC as Anthropic's does.
func dateIn(message string) time.Time {
	m := statedDate.FindStringSubmatch(message)
	if m == nil {
		return time.Time{}
	}
	if at, err := time.Parse("2006-01-02 15:04", m[1]+" "+m[2]); err == nil {
		return at
	}
	day, _ := time.Parse(time.DateOnly, m[1])
	return day
}
