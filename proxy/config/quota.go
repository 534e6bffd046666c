package config

import (
	"slices"
	"strconv"
	"strings"

	"spillway/proxy/form"
)

// Quota is a bound on what a client may spend: so much of something in every period.
type Quota struct {
	Measure Measure
	Period  Period
	// Most is how much: of requests, of tokens, or of dollars.
	Most float64
}

// String is the quota as it is written: "200000 tokens per minute".
func (q Quota) String() string {
	amount := strconv.FormatFloat(q.Most, 'f', -1, 64) + " " + string(q.Measure)
	if q.Most == 1 {
		amount = strings.TrimSuffix(amount, "s")
	}
	return amount + " per " + string(q.Period)
}

// Measure is what a quota counts.
type Measure string

// The measures. Tokens are all that targets count: input, output, and what caches hold.
const (
	Requests Measure = "requests"
	Tokens   Measure = "tokens"
	Dollars  Measure = "dollars"
)

// Period is the time in which a quota may be spent. Minutes and hours slide; days and months are the calendar's, in UTC.
type Period string

// The periods.
const (
	Minute Period = "minute"
	Hour   Period = "hour"
	Day    Period = "day"
	Month  Period = "month"
)

var periods = []Period{Minute, Hour, Day, Month}

func readQuotas(r *form.Report, n *form.Node) (quotas []Quota, ok bool) {
	s := form.Open(r, n)
	for _, m := range [...]struct {
		measure Measure
		amount  func(string) (float64, *form.Problem)
	}{{Requests, whole}, {Tokens, whole}, {Dollars, money}} {
		form.Read(s, string(m.measure), &quotas, func(r *form.Report, n *form.Node) ([]Quota, bool) {
			return append(quotas, readQuotasOf(r, n, m.measure, m.amount)...), true
		})
	}
	return quotas, s.Close()
}

// readQuotasOf reads one AMOUNT/PERIOD or a list of them.
func readQuotasOf(r *form.Report, n *form.Node, measure Measure, amount func(string) (float64, *form.Problem)) (quotas []Quota) {
	items := []*form.Node{n}
	if n.Kind == form.IsList {
		items = n.Items
	}
	for _, item := range items {
		q, ok := form.ReadScalar(r, item, parseQuota(measure, amount))
		switch {
		case !ok:
		case slices.ContainsFunc(quotas, func(other Quota) bool { return other.Period == q.Period }):
			r.Fault(item, form.Wrong("another limit here is per "+string(q.Period), "keep one"))
		default:
			quotas = append(quotas, q)
		}
	}
	return quotas
}

func parseQuota(measure Measure, amount func(string) (float64, *form.Problem)) func(string) (Quota, *form.Problem) {
	return func(text string) (Quota, *form.Problem) {
		most, period, cut := strings.Cut(text, "/")
		if !cut {
			return Quota{}, form.Wrong("has no period", "write one such as "+text+"/minute, or /hour, /day, /month")
		}
		q := Quota{Measure: measure}
		var p, p2 *form.Problem
		q.Most, p = amount(strings.TrimSpace(most))
		q.Period, p2 = form.OneOf(periods...)(strings.TrimSpace(period))
		return q, form.FirstProblem(p, p2)
	}
}

func whole(text string) (float64, *form.Problem) {
	n, p := form.Count(text)
	return float64(n), p
}

func money(text string) (float64, *form.Problem) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n > 0 && n <= 1e9) {
		return 0, form.Wrong("is no amount of dollars", "write one such as 5/day or 0.50/hour")
	}
	return n, nil
}
