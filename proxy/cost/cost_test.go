package cost

import (
	"math"
	"testing"

	"spillway/engine"
	"spillway/proxy/config"
)

func TestOf(t *testing.T) {
	target := &config.Target{Dialect: engine.Anthropic, Price: map[string]engine.Price{
		"dear": {Input: 100, Output: 1000, CacheRead: 10, CacheWrite: 125},
		"free": {},
	}}
	const million = 1_000_000
	for name, c := range map[string]struct {
		model string
		took  Tokens
		want  Cost
	}{
		"no cache":                      {"dear", Tokens{Input: 2 * million, Output: million}, Cost{1200, 0, true}},
		"the cache gives":               {"dear", Tokens{Input: million, CacheRead: million}, Cost{110, 90, true}},
		"the cache takes":               {"dear", Tokens{CacheWrite: million}, Cost{125, -25, true}},
		"for an hour":                   {"dear", Tokens{CacheWrite: million, CacheWriteLong: million}, Cost{200, -100, true}},
		"for an hour, in part":          {"dear", Tokens{CacheWrite: 2 * million, CacheWriteLong: million}, Cost{325, -125, true}},
		"more for an hour than written": {"dear", Tokens{CacheWrite: million, CacheWriteLong: 5 * million}, Cost{200, -100, true}},
		"free":                          {"free", Tokens{Input: million, Output: million, CacheRead: million}, Cost{0, 0, true}},
		"a list price":                  {"claude-opus-5-5", Tokens{Input: million, CacheRead: million}, Cost{4.2, 3.8, true}},
		"a long prompt":                 {"claude-haiku-5-5", Tokens{Input: 50_000, CacheRead: 50_001}, Cost{.02750005, .02250045, true}},
		"nobody knows":                  {"llama", Tokens{Input: million, Output: million}, Cost{}},
		"another spelling":              {"DEAR-latest", Tokens{Input: 2 * million}, Cost{200, 0, true}},
		"nothing":                       {"dear", Tokens{}, Cost{0, 0, true}},
	} {
		got := Of(target, c.took, c.model)
		if math.Abs(got.Dollars-c.want.Dollars) > 1e-9 || math.Abs(got.CacheSaved-c.want.CacheSaved) > 1e-9 || got.Known != c.want.Known {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	if got := Of(target, Tokens{Input: million}, "llama", "", "dear", "free"); got.Dollars != 100 {
		t.Errorf("of the first that has a price: %+v", got)
	}
}
