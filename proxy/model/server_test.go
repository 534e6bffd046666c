package model

import "testing"

func TestFindServer(t *testing.T) {
	for _, c := range []struct{ name, address, want string }{
		{"", "https://api.openai.com/v1", "openai"},
		{"", "https://api.deepseek.com/anthropic", "deepseek"},
		{"", "http://localhost:11434/v1", "ollama"},
		{"", "http://localhost:8000/v1", "other"},
		{"vllm", "http://localhost:11434/v1", "vllm"},
		{"", "https://api.openai.com.example.org/v1", "other"},
	} {
		if got := FindServer(c.name, c.address).Name; got != c.want {
			t.Errorf("%q at %s is %s, want %s", c.name, c.address, got, c.want)
		}
	}
}
