// Package dialect knows the two wire formats, Anthropic's Messages and OpenAI's Chat Completions and Responses.
package dialect
