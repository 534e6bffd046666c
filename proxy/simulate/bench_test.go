package simulate_test

import (
	"testing"

	"spillway/proxy/simulate"
)

// busy is a tenth of an hour at 100 requests a second, with overloads in a third of it.
const busy = `
duration: 6m
targets:
  claude: { dialect: anthropic, first_token: { p50: 900ms, p95: 2.4s }, faults: [{ kind: overloaded, share: 50%, from: 2m, for: 2m }] }
  eu: { dialect: anthropic, first_token: { p50: 1s, p95: 2.6s } }
clients:
  app: { model: claude-opus-5-5, rate: 100/s, patience: 60s }
`

// BenchmarkRun is of 36,000 requests.
func BenchmarkRun(b *testing.B) {
	s := parse(b, "busy.yaml", busy)
	for _, c := range []simulate.Contender{policy(b, "overload"), simulate.Opponents()[1]} {
		b.Run(c.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := simulate.Run(b.Context(), s, c, nil)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(r.Requests), "requests/op")
			}
		})
	}
}
