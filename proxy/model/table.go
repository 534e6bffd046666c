package model

// How many bytes make a token, by the family of tokenizer. The table in package estimate's doc says how far off they are.
const (
	claudeText = 3.0 // Claude up to Opus 4.6 and Sonnet 4.6
	newerText  = 2.4 // Claude from Opus 4.7 and Sonnet 5 on: about 30 % more tokens for the same text (Anthropic docs, models overview)
	openAIText = 3.5 // OpenAI's o200k
	openText   = 3.5 // open weights; their vocabularies differ
)

// The windows and answers of Claude (Anthropic docs, models overview and context windows, November 2026).
const (
	million = 1_000_000
	small   = 200_000
	k64     = 64_000
	k128    = 128_000
)

// boundFacts are those of the Claudes whose thinking is bound to what stands before it.
var boundFacts = Facts{
	Window: million, Output: k128, Text: newerText, Bound: true, Thinking: Adaptive, FixedSampling: true, FreeTools: true, SystemTurns: true,
}

// The levels of reasoning_effort (OpenAI's API reference and model pages, November 2026).
const (
	plainEfforts = "low medium high"
	gpt5Efforts  = "minimal low medium high"
	gpt51Efforts = "none low medium high"
	gpt52Efforts = "none low medium high xhigh"
	gpt6Efforts  = "none low medium high xhigh max"
)

// gpt5 is GPT-5 up to 5.2, and gptSilent what came after: from 5.3 on Chat Completions refuses to reason with function tools.
func gpt5(efforts string) Facts {
	return Facts{Window: 400_000, Output: k128, Text: openAIText, Thinking: Effort, Efforts: efforts, FixedSampling: true}
}

func gptSilent(window int, efforts string) Facts {
	facts := gpt5(efforts)
	facts.Window, facts.SilentTools = window, true
	return facts
}

// table is what is known, by family. Sources: Anthropic's models overview, OpenAI's model pages, the model cards of open
// weights; November 2026. A server may allow less: say so under the target's `windows`.
var table = []struct {
	family string
	facts  Facts
}{
	{"claude", Facts{Window: small, Output: k64, Text: newerText, Thinking: Adaptive, FixedSampling: true}}, // one newer than this table
	{"claude-2", Facts{Window: 100_000, Output: 4096, Text: claudeText}},
	{"claude-3", Facts{Window: small, Output: 4096, Text: claudeText}},
	{"claude-3-5", Facts{Window: small, Output: 8192, Text: claudeText}},
	{"claude-3-7", Facts{Window: small, Output: k64, Text: claudeText, Thinking: Budget}},
	{"claude-haiku-4-5", Facts{Window: small, Output: k64, Text: claudeText, Thinking: Budget}},
	{"claude-sonnet-4", Facts{Window: small, Output: k64, Text: claudeText, Thinking: Budget}},
	{"claude-sonnet-4-5", Facts{Window: small, Output: k64, Text: claudeText, Thinking: Budget}},
	{"claude-sonnet-4-6", Facts{Window: million, Output: k128, Text: claudeText, Thinking: Adaptive}},
	{"claude-sonnet-5", Facts{Window: million, Output: k128, Text: newerText, Thinking: Adaptive, FixedSampling: true}},
	{"claude-sonnet-5-5", Facts{Window: million, Output: k128, Text: newerText, Thinking: Adaptive, FixedSampling: true, SystemTurns: true}},
	{"claude-opus-4", Facts{Window: small, Output: 32_000, Text: claudeText, Thinking: Budget}},
	{"claude-opus-4-5", Facts{Window: small, Output: k64, Text: claudeText, Thinking: Budget}},
	{"claude-opus-4-6", Facts{Window: million, Output: k128, Text: claudeText, Thinking: Adaptive}},
	{"claude-opus-4-7", Facts{Window: million, Output: k128, Text: newerText, Thinking: Adaptive, FixedSampling: true}},
	{"claude-opus-4-8", Facts{Window: million, Output: k128, Text: newerText, Thinking: Adaptive, FixedSampling: true, SystemTurns: true}},
	{"claude-opus-5", Facts{Window: million, Output: k128, Text: newerText, Thinking: Adaptive, FixedSampling: true, SystemTurns: true}},
	{"claude-fable", boundFacts},
	{"claude-fable-5", Facts{Window: million, Output: k128, Text: newerText, Thinking: Adaptive, FixedSampling: true}},
	{"claude-fable-5-1", boundFacts},
	{"claude-mythos", boundFacts},

	{"gpt", Facts{Text: openAIText}},
	{"gpt-3-5-turbo", Facts{Window: 16_385, Output: 4096, Text: openText}},
	{"gpt-4", Facts{Window: 8192, Output: 8192, Text: openText}},
	{"gpt-4-turbo", Facts{Window: k128, Output: 4096, Text: openText}},
	{"gpt-4o", Facts{Window: k128, Output: 16_384, Text: openAIText}},
	{"gpt-4-1", Facts{Window: 1_047_576, Output: 32_768, Text: openAIText}},
	{"gpt-5", gpt5(gpt5Efforts)},
	{"gpt-5-1", gpt5(gpt51Efforts)},
	{"gpt-5-2", gpt5(gpt52Efforts)},
	{"gpt-5-3", gptSilent(400_000, gpt52Efforts)},
	{"gpt-5-4", gptSilent(400_000, gpt52Efforts)},
	{"gpt-5-5", gptSilent(400_000, gpt52Efforts)},
	{"gpt-5-6", gptSilent(1_050_000, gpt52Efforts)},
	{"gpt-6", gptSilent(1_050_000, gpt6Efforts)},
	{"gpt-6-astra", gptSilent(1_050_000, "low medium high xhigh max")},
	{"gpt-6-1-sol", gptSilent(1_050_000, "low medium high xhigh max")},
	{"gpt-oss", Facts{Window: 131_072, Output: 131_072, Text: openAIText, Thinking: Effort, Efforts: plainEfforts}},
	{"o1", Facts{Window: small, Output: 100_000, Text: openAIText, Thinking: Effort, Efforts: plainEfforts, FixedSampling: true}},
	{"o3", Facts{Window: small, Output: 100_000, Text: openAIText, Thinking: Effort, Efforts: plainEfforts, FixedSampling: true, NoStop: true}},
	{"o4-mini", Facts{Window: small, Output: 100_000, Text: openAIText, Thinking: Effort, Efforts: plainEfforts, FixedSampling: true, NoStop: true}},

	{"deepseek", Facts{Window: 131_072, Text: openText}},
	{"llama-3", Facts{Window: 8192, Text: openText}},
	{"llama-3-1", Facts{Window: 131_072, Text: openText}},
	{"llama-3-3", Facts{Window: 131_072, Text: openText}},
	{"mistral", Facts{Text: openText}},
	{"qwen2-5", Facts{Window: 32_768, Text: openText}},
	{"qwen3", Facts{Window: 32_768, Text: openText}},
	{"gemma", Facts{Text: openText}},
}
