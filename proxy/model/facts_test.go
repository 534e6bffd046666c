package model

import (
	"fmt"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	for name, want := range map[string]string{
		"claude-opus-5-5":                            "claude-opus-5",
		"anthropic/claude-opus-4.6":                  "claude-opus-4-6",
		"us.anthropic.claude-opus-4-1-20250805-v1:0": "claude-opus-4",
		"claude-haiku-4-5@20251001":                  "claude-haiku-4-5",
		"claude-3-5-sonnet-20241022":                 "claude-3-5",
		"claude-fable-5-1":                           "claude-fable-5-1",
		"claude-fable-5":                             "claude-fable-5",
		"claude-fable-6":                             "claude-fable",
		"claude-verse-9":                             "claude",
		"gpt-5.6-mini":                               "gpt-5-6",
		"gpt-5-mini-2025-08-07":                      "gpt-5",
		"gpt-6.1-sol":                                "gpt-6-1-sol",
		"openai/gpt-6.2-sol":                         "gpt-6",
		"gpt-5.1":                                    "gpt-5-1",
		"GPT-4o-mini":                                "gpt-4o",
		"gpt-50":                                     "gpt",
		"meta-llama/Llama-3.3-70B-Instruct":          "llama-3-3",
		"llama-3":                                    "llama-3",
		"somebody/something":                         "",
		"fo3":                                        "",
		"":                                           "",
		"/":                                          "",
		"arn:aws:bedrock:eu:1:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0": "claude-sonnet-4-5",
	} {
		if got := lookUp(name).family; got != want {
			t.Errorf("%q is of the family %q, want %q", name, got, want)
		}
	}
	if got := Find("unheard-of"); got != (Facts{Text: unknownText}) {
		t.Errorf("%+v", got)
	}
}

func TestTakes(t *testing.T) {
	for name, want := range map[string]string{
		"gpt-5": "minimal low medium high", "gpt-5.1": "none low medium high", "gpt-5.6": "none low medium high xhigh",
		"gpt-6-astra": "low medium high xhigh max", "o3": "low medium high", "gpt-4o": "", "claude-opus-5-5": "",
	} {
		facts, got := Find(name), ""
		for _, effort := range []string{"none", "minimal", "low", "medium", "high", "xhigh", "max", ""} {
			if facts.Takes(effort) {
				got += " " + effort
			}
		}
		if strings.TrimPrefix(got, " ") != want {
			t.Errorf("%s takes %q, want %q", name, got, want)
		}
	}
}

// Every row is written as names are looked up, and once.
func TestTheTable(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range table {
		if row.family != plain(row.family) || seen[row.family] || row.facts.Text == 0 {
			t.Errorf("row %q", row.family)
		}
		seen[row.family] = true
	}
}

// However many names come, few are kept, and each is found as before.
func TestManyNames(t *testing.T) {
	for i := range 3 * maxRecent {
		if got := lookUp(fmt.Sprintf("claude-opus-4-1-%d", i)).family; got != "claude-opus-4" {
			t.Fatalf("name %d is of the family %q", i, got)
		}
		if n := len(*recent.Load()); n > maxRecent {
			t.Fatalf("%d names are kept", n)
		}
	}
	if got := lookUp("gpt-5").family; got != "gpt-5" {
		t.Error(got)
	}
}
