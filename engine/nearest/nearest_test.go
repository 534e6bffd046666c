package nearest_test

import (
	"testing"

	"spillway/engine/nearest"
)

func TestName(t *testing.T) {
	keys := []string{"send", "fail", "after", "queue", "maxTokens", "target", "model", "because"}
	tests := []struct{ word, want string }{
		{"sned", "send"},
		{"Send", "send"},
		{"maxtokens", "maxTokens"},
		{"max_tokens", "maxTokens"},
		{"becuase", "because"},
		{"modle", "model"},
		{"retries", ""},
		{"x", ""},
		{"", ""},
		{"a", ""},
		{"targets", "target"},
	}
	for _, tt := range tests {
		if got := nearest.Name(tt.word, keys); got != tt.want {
			t.Errorf("Name(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestFirstOfEquallyCloseNamesWins(t *testing.T) {
	if got := nearest.Name("cat", []string{"bat", "hat"}); got != "bat" {
		t.Errorf("got %q, want %q", got, "bat")
	}
}
