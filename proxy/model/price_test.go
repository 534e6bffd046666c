package model

import (
	"testing"

	"spillway/engine"
)

func TestListPrice(t *testing.T) {
	for _, c := range []struct {
		name   string
		prompt int
		want   engine.Price
	}{
		{"claude-opus-5-5", 10, engine.Price{Input: 4, Output: 20, CacheRead: .2, CacheWrite: 5}},
		{"anthropic/claude-opus-5.5-20260922", 10, engine.Price{Input: 4, Output: 20, CacheRead: .2, CacheWrite: 5}},
		{"us.anthropic.claude-opus-4-1-20250805-v1:0", 10, engine.Price{Input: 15, Output: 75, CacheRead: 1.5, CacheWrite: 18.75}},
		{"claude-haiku-5-5", 100_000, engine.Price{Input: .1, Output: .5, CacheRead: .01, CacheWrite: .125}},
		{"claude-haiku-5-5", 100_001, engine.Price{Input: .5, Output: 2.5, CacheRead: .05, CacheWrite: .625}},
		{"gpt-6-sol", 272_000, engine.Price{Input: 2, Output: 10, CacheRead: .2, CacheWrite: 2.5}},
		{"gpt-6-sol", 272_001, engine.Price{Input: 4, Output: 15, CacheRead: .4, CacheWrite: 5}},
		{"gpt-5-mini-2025-08-07", 10, engine.Price{Input: .25, Output: 2, CacheRead: .025, CacheWrite: .25}},
		{"o3-mini", 10, engine.Price{Input: 1.1, Output: 4.4, CacheRead: .55, CacheWrite: 1.1}},
	} {
		if got, known := ListPrice(c.name, c.prompt); !known || got != c.want {
			t.Errorf("%s with %d tokens: %+v, %v, want %+v", c.name, c.prompt, got, known, c.want)
		}
	}
	for _, name := range []string{"", "claude", "claude-verse-9", "gpt", "gpt-7", "llama-3", "qwen3-coder-480b", "foo3"} {
		if got, known := ListPrice(name, 10); known || got != (engine.Price{}) {
			t.Errorf("%q has the price %+v", name, got)
		}
	}
}

// Every row can be found, says all four prices, and costs no more to read from the cache than to read afresh.
func TestThePrices(t *testing.T) {
	for _, maker := range prices {
		for _, row := range maker.rows {
			got, known := ListPrice(row.family, 0)
			if !known || got != row.Price || row.family != plain(row.family) {
				t.Errorf("row %q is found as %+v, %v", row.family, got, known)
			}
			if p := row.Price; !(p.Input > 0 && p.Output > p.Input && p.CacheRead > 0 && p.CacheRead <= p.Input && p.CacheWrite >= p.Input) {
				t.Errorf("row %q: %+v", row.family, p)
			}
			if row.above > 0 && !(row.long.Input > row.Input && row.long.Output > row.Output) {
				t.Errorf("row %q: a long prompt costs %+v", row.family, row.long)
			}
		}
	}
}

func TestListPriceAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { ListPrice("claude-opus-5-5", 10) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkListPrice(b *testing.B) {
	for b.Loop() {
		ListPrice("claude-opus-5-5", 10)
	}
}
