package model

import "spillway/engine"

// claude is a price of Anthropic's: what the cache keeps for five minutes costs a quarter more than input, and what it gives a
// tenth of it, or a smaller part.
func claude(input, output, part float64) rate {
	return rate{Price: engine.Price{Input: input, Output: output, CacheRead: input / part, CacheWrite: 1.25 * input}}
}

// gpt is a price of OpenAI's up to GPT-5.5, whose cache costs nothing to write.
func gpt(input, output, cached float64) rate {
	return rate{Price: engine.Price{Input: input, Output: output, CacheRead: cached, CacheWrite: input}}
}

// gptLong is a price of OpenAI's since GPT-5.6, whose cache costs a quarter more to write: above 272,000 tokens of prompt all
// input costs twice as much and output half as much again.
func gptLong(input, output, cached float64) rate {
	base := engine.Price{Input: input, Output: output, CacheRead: cached, CacheWrite: 1.25 * input}
	return rate{Price: base, above: 272_000, long: engine.Price{
		Input: 2 * base.Input, Output: 1.5 * base.Output, CacheRead: 2 * base.CacheRead, CacheWrite: 2 * base.CacheWrite,
	}}
}

// priced is a family and its price.
type priced struct {
	family string
	rate
}

// prices are list prices for standard service, text alone, in USD per million tokens, as of 24 November 2026. Batches, fast and
// priority service, data residency and tools that servers run are charged otherwise, and are left out. Sources, and when they
// were read last:
//
//	Anthropic  platform.claude.com/docs/en/about-claude/pricing, the page of each model; October 2026
//	OpenAI     developers.openai.com/api/docs/pricing and changelog; November 2026
//	DeepSeek   api-docs.deepseek.com/quick_start/pricing; October 2026
//
// A row marked [U] was read at second hand, or in part follows from its neighbours. mark is in every name of a maker's models.
var prices = [...]struct {
	mark string
	rows []priced
}{
	{"claude", []priced{
		{"claude-fable-5", claude(10, 50, 10)},
		{"claude-fable-5-1", claude(10, 50, 40)},
		{"claude-mythos-5", claude(10, 50, 10)},
		{"claude-mythos-5-1", claude(10, 50, 40)},
		{"claude-opus-4", claude(15, 75, 10)},
		{"claude-opus-4-5", claude(5, 25, 10)},
		{"claude-opus-4-6", claude(5, 25, 10)},
		{"claude-opus-4-7", claude(5, 25, 10)},
		{"claude-opus-4-8", claude(5, 25, 10)},
		{"claude-opus-5", claude(5, 25, 10)},
		{"claude-opus-5-5", claude(4, 20, 20)},
		{"claude-sonnet-4", claude(3, 15, 10)},
		{"claude-sonnet-5", claude(2, 10, 10)},
		{"claude-sonnet-5-5", claude(2, 10, 20)}, // cache reads since 7 October 2026
		{"claude-haiku-4-5", claude(1, 5, 10)},
		{"claude-haiku-5-5", rate{claude(.1, .5, 10).Price, 100_000, claude(.5, 2.5, 10).Price}},
		{"claude-3-5-haiku", claude(.8, 4, 10)},
		{"claude-3-5-sonnet", claude(3, 15, 10)},
		{"claude-3-7-sonnet", claude(3, 15, 10)},
		{"claude-3-haiku", claude(.25, 1.25, 10)}, // [U] the cache
		{"claude-3-opus", claude(15, 75, 10)},
	}},
	{"gpt", []priced{
		{"gpt-3-5-turbo", gpt(.5, 1.5, .5)}, // [U]
		{"gpt-4", gpt(30, 60, 30)},          // [U]
		{"gpt-4-turbo", gpt(10, 30, 10)},    // [U]
		{"gpt-4o", gpt(2.5, 10, 1.25)},
		{"gpt-4o-mini", gpt(.15, .6, .075)},
		{"gpt-4-1", gpt(2, 8, .5)},
		{"gpt-4-1-mini", gpt(.4, 1.6, .1)},
		{"gpt-4-1-nano", gpt(.1, .4, .025)},
		{"gpt-5", gpt(1.25, 10, .125)},
		{"gpt-5-mini", gpt(.25, 2, .025)},
		{"gpt-5-nano", gpt(.05, .4, .005)},
		{"gpt-5-pro", gpt(15, 120, 15)}, // [U]
		{"gpt-5-1", gpt(1.25, 10, .125)},
		{"gpt-5-2", gpt(1.75, 14, .175)},
		{"gpt-5-2-pro", gpt(21, 168, 21)}, // [U]
		{"gpt-5-3", gpt(1.75, 14, .175)},  // [U]
		{"gpt-5-4", gpt(2.5, 15, .25)},
		{"gpt-5-4-mini", gpt(.75, 4.5, .075)},
		{"gpt-5-4-nano", gpt(.2, 1.25, .02)},
		{"gpt-5-4-pro", gpt(30, 180, 30)}, // [U]
		{"gpt-5-5", gpt(5, 30, .5)},
		{"gpt-5-5-pro", gpt(30, 180, 30)},   // [U] the cache
		{"gpt-5-6", gptLong(4, 20, .4)},     // [U] the cache; the name stands for Sol
		{"gpt-5-6-sol", gptLong(4, 20, .4)}, // [U] the cache
		{"gpt-5-6-terra", gptLong(2, 12, .2)},
		{"gpt-5-6-luna", gptLong(.2, 1.2, .02)},
		{"gpt-6-astra", gptLong(10, 50, 1)},
		{"gpt-6-sol", gptLong(2, 10, .2)},
		{"gpt-6-luna", gptLong(.1, .5, .01)},
		{"gpt-6-1-sol", gptLong(2, 10, .1)},
		{"gpt-6-1-terra", gptLong(1, 5, .05)},
	}},
	{"o", []priced{ // [U]
		{"o1", gpt(15, 60, 7.5)},
		{"o3", gpt(2, 8, .5)},
		{"o3-mini", gpt(1.1, 4.4, .55)},
		{"o4-mini", gpt(1.1, 4.4, .275)},
	}},
	{"deepseek", []priced{ // off-peak; twice as much from 1 to 4 and 6 to 10 o'clock UTC on China's working days
		{"deepseek-flash", gpt(.15, .6, .003)},
		{"deepseek-v4-flash", gpt(.15, .6, .003)}, // [U]
		{"deepseek-v4-pro", gpt(.66, 1.98, .022)},
	}},
}
