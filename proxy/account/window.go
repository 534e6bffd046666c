package account

import (
	"slices"
	"time"

	"spillway/proxy/config"
)

// periods are those of an account's windows, in this order.
var periods = [...]config.Period{config.Minute, config.Hour, config.Day, config.Month}

// window is what was spent in one kind of period: the one that began at Start, and the one before it.
type window struct {
	Start         int64 // Unix seconds
	Spent, Before Amount
}

// windows are those of periods.
type windows [len(periods)]window

// begin is when the period of a kind began in which t is.
func begin(p config.Period, t time.Time) time.Time {
	t = t.UTC()
	switch p {
	case config.Minute:
		return t.Truncate(time.Minute)
	case config.Hour:
		return t.Truncate(time.Hour)
	case config.Day:
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	default:
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
}

// next is when the period ends that began at a time.
func next(p config.Period, began time.Time) time.Time {
	switch p {
	case config.Minute:
		return began.Add(time.Minute)
	case config.Hour:
		return began.Add(time.Hour)
	case config.Day:
		return began.AddDate(0, 0, 1)
	default:
		return began.AddDate(0, 1, 0)
	}
}

// slides says whether a period is the last so many seconds and not one of the calendar's. Limits of rates slide, lest a
// client spend twice as much around the stroke of the minute; a budget begins anew, as people expect of a day and a month.
func slides(p config.Period) bool { return p == config.Minute || p == config.Hour }

// roll moves the windows on to now. Time that goes backwards moves nothing.
func (ws *windows) roll(now time.Time) {
	if now.Unix() < ws[0].Start+60 { // all periods begin with a minute
		return
	}
	for i, p := range periods {
		w := &ws[i]
		start := begin(p, now)
		switch old := time.Unix(w.Start, 0); {
		case !start.After(old):
		case next(p, old.UTC()).Equal(start):
			w.Start, w.Before, w.Spent = start.Unix(), w.Spent, Amount{}
		default:
			*w = window{Start: start.Unix()}
		}
	}
}

// of is the window of a period.
func (ws *windows) of(p config.Period) window {
	return ws[slices.Index(periods[:], p)]
}

// add adds to all of them.
func (ws *windows) add(a Amount) {
	for i := range ws {
		ws[i].Spent = ws[i].Spent.plus(a)
	}
}

// used is what was spent in the period that ends now, in whole numbers: of one that slides, so much of the period before as
// has not slid out, as if it had been spent evenly.
func (w window) used(p config.Period, now time.Time) Amount {
	if !slides(p) {
		return w.Spent
	}
	return w.Spent.plus(w.Before.share(1 - w.passed(p, now)))
}

// counted is what counts against a quota, in its unit.
func (w window) counted(q config.Quota, now time.Time) float64 {
	spent := w.Spent.Of(q.Measure)
	if slides(q.Period) {
		spent += w.Before.Of(q.Measure) * (1 - w.passed(q.Period, now))
	}
	return spent
}

// passed is the share of the current period that has passed.
func (w window) passed(p config.Period, now time.Time) float64 {
	start := time.Unix(w.Start, 0)
	whole := next(p, start.UTC()).Sub(start)
	return min(max(float64(now.Sub(start))/float64(whole), 0), 1)
}

// room is when so much of a quota's measure fits again, if nothing else is spent until then. It is the end of the period
// after this one for what does not fit at all.
func (w window) room(q config.Quota, need float64) time.Time {
	start := time.Unix(w.Start, 0).UTC()
	end := next(q.Period, start)
	if !slides(q.Period) {
		return end
	}
	spent, before, whole := w.Spent.Of(q.Measure), w.Before.Of(q.Measure), end.Sub(start)
	if free := q.Most - spent - need; free >= 0 && before > 0 { // once enough of the period before has slid out
		return start.Add(time.Duration((1 - free/before) * float64(whole)))
	}
	if free := q.Most - need; free >= 0 && spent > 0 {
		return end.Add(time.Duration((1 - min(free/spent, 1)) * float64(whole)))
	}
	return end.Add(whole)
}
