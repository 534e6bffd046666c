// Package estimate says how many tokens a prompt has, without asking anyone.
//
// It begins with bytes, by the model's family (packages dialect and model). What targets then report of real prompts corrects
// that twice: a model's estimates are multiplied by the ratio of what was counted to what was estimated lately; and a
// conversation that goes on is estimated only from where its last answer counted exactly. No text is kept, only hashes.
//
// # How far off it is
//
// The estimate over what was counted: in the middle, and between which values eight in ten lie.
//
//	                                   prompts  by bytes          with the model's ratio  next request
//	Claude 4 to 4.6                         80  1.00 (0.76-1.15)  1.00 (0.84-1.06)        0.92 (0.76-1.02)
//	GPT-4o, GPT-5, o4-mini                  34  0.81 (0.29-1.59)  1.03 (0.30-1.21)        1.17 (1.03-1.26)
//	open weights, Gemini, Grok              91  0.67 (0.30-1.40)  1.00 (0.58-1.33)        1.08 (0.82-1.93)
//
// These are recorded exchanges with the real servers, of 150 to 2,000 tokens: the tests of charm.land/fantasy v0.41.2, with
// tools, images and several turns. In prompts so short what servers add around tools and images weighs most; it does not grow
// with a conversation. The last column is a request after the first of its conversation was counted.
//
// Text alone, files of 2 to 60 KB against OpenAI's own tokenizer (o200k), estimate over exact: English 0.98-1.17, Go source
// 0.67-1.23 and 0.99 in sum, TypeScript 0.89-1.15, JSON 0.50-1.36, Chinese 1.08-1.35. A file of one kind of line, such as a table of
// numbers, is the worst there is. Claude's tokenizer is not public: its ratio is fitted to the exchanges above, and of Claude from
// Opus 4.7 and Sonnet 5 on none were at hand, so that Anthropic's own word of 30 % more was taken.
//
// So a window is not filled to its brim by estimates (package loop), and only a target itself refuses what is too long for it.
package estimate
