package script_test

import (
	"testing"

	"spillway/engine/script"
)

func TestBacktracks(t *testing.T) {
	tests := []struct {
		pattern, flags string
		want           bool
	}{
		{`^claude-(opus|sonnet)-\d+$`, "", false},
		{`(a+)+$`, "i", false}, // exponential elsewhere, linear here
		{`(?<family>\w+)`, "u", false},
		{`.`, "s", false},
		{`(`, "", false}, // no expression: another fault
		{``, "", false},
		{`(?=a)`, "", true},
		{`(?!a)`, "", true},
		{`(?<=a)b`, "", true},
		{`(a)\1`, "", true},
		{`a{1001}`, "", true},
	}
	for _, tt := range tests {
		if got := script.Backtracks(tt.pattern, tt.flags); got != tt.want {
			t.Errorf("Backtracks(%q, %q) = %v", tt.pattern, tt.flags, got)
		}
	}
}
