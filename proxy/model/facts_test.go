package model

import "testing"

func TestFind(t *testing.T) {
	for name, want := range map[string]Facts{
		"claude-opus-5-5":                            {Window: million, Output: k128, Text: newerText},
		"anthropic/claude-opus-4.6":                  {Window: million, Output: k128, Text: claudeText},
		"us.anthropic.claude-opus-4-1-20250805-v1:0": {Window: small, Output: 32_000, Text: claudeText},
		"claude-haiku-4-5@20251001":                  {Window: small, Output: k64, Text: claudeText},
		"claude-3-5-sonnet-20241022":                 {Window: small, Output: 8192, Text: claudeText},
		"claude-fable-5-1":                           {Window: million, Output: k128, Text: newerText, Bound: true},
		"claude-fable-5":                             {Window: million, Output: k128, Text: newerText},
		"claude-fable-6":                             {Window: million, Output: k128, Text: newerText, Bound: true},
		"claude-verse-9":                             {Window: small, Output: k64, Text: newerText},
		"gpt-5.6-mini":                               {Window: 400_000, Output: k128, Text: openAIText},
		"GPT-4o-mini":                                {Window: k128, Output: 16_384, Text: openAIText},
		"gpt-50":                                     {Text: openAIText},
		"meta-llama/Llama-3.3-70B-Instruct":          {Window: 131_072, Text: openText},
		"llama-3":                                    {Window: 8192, Text: openText},
		"somebody/something":                         {Text: unknownText},
		"fo3":                                        {Text: unknownText},
		"":                                           {Text: unknownText},
		"/":                                          {Text: unknownText},
		"arn:aws:bedrock:eu:1:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0": {Window: small, Output: k64, Text: claudeText},
	} {
		if got := Find(name); got != want {
			t.Errorf("%q: %+v, want %+v", name, got, want)
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
