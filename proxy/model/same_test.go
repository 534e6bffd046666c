package model

import "testing"

func TestSame(t *testing.T) {
	for _, c := range []struct {
		asked, served string
		want          bool
	}{
		{"claude-opus-5-5", "claude-opus-5-5", true},
		{"claude-opus-4-1", "claude-opus-4-1-20250805", true},
		{"claude-3-5-haiku-latest", "claude-3-5-haiku-20241022", true},
		{"us.anthropic.claude-opus-4-1-20250805-v1:0", "claude-opus-4-1-20250805", true},
		{"claude-opus-4-1@20250805", "claude-opus-4-1", true},
		{"anthropic/claude-opus-5.5", "anthropic/claude-5.5-opus-20260201", true},
		{"deepseek/deepseek-r1:free", "deepseek/deepseek-r1", true},
		{"gpt-5", "gpt-5-2025-08-07", true},
		{"GPT-4o", "gpt-4o-2024-11-20", true},
		{"llama3", "llama3:latest", true},
		{"gpt-5", "gpt-5-mini", false},
		{"gpt-5-mini-2025-08-07", "gpt-5-2025-08-07", false},
		{"claude-opus-5-5", "claude-haiku-4-5", false},
		{"claude-opus-5-5", "claude-opus-5", false},
		{"qwen3:30b", "qwen3:4b", false},
	} {
		if got := Same(c.asked, c.served); got != c.want {
			t.Errorf("Same(%q, %q) = %t", c.asked, c.served, got)
		}
		if got := Same(c.served, c.asked); got != c.want {
			t.Errorf("Same(%q, %q) = %t", c.served, c.asked, got)
		}
	}
}
