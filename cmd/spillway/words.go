package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// first are the members of an action that say most, in the order of reading.
var first = []string{"send", "fail", "model", "after", "queue"}

// timed are the members that are numbers of milliseconds.
var timed = []string{"after", "queue", "timeout", "for", "retryAfter"}

// actionLine is an action in a line: "send claude, after 2s, queue 20s (claude: overloaded)".
func actionLine(action map[string]any) string {
	keys := slices.SortedFunc(maps.Keys(action), func(a, b string) int {
		return 100*(rank(a)-rank(b)) + strings.Compare(a, b)
	})
	var parts []string
	for _, key := range keys {
		if key != "because" {
			parts = append(parts, key+" "+memberWords(key, action[key]))
		}
	}
	line := strings.Join(parts, ", ")
	if because, ok := action["because"].(string); ok {
		line += " (" + short(because) + ")"
	}
	return line
}

func rank(key string) int {
	if i := slices.Index(first, key); i >= 0 {
		return i
	}
	return len(first)
}

func memberWords(key string, value any) string {
	switch v := value.(type) {
	case string:
		return short(v)
	case float64:
		if slices.Contains(timed, key) {
			return msWords(v)
		}
	case map[string]any:
		return "{" + actionLine(v) + "}"
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// msWords is a number of milliseconds as people read it.
func msWords(ms float64) string {
	d := time.Duration(ms * float64(time.Millisecond))
	switch {
	case d == 0:
		return "0s"
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	case d < time.Minute:
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// short is a text that stands in a line; of a hash so much as tells it from others.
func short(text string) string {
	if digest, ok := strings.CutPrefix(text, "sha256:"); ok && len(digest) > 12 {
		return "sha256:" + digest[:12] + "…"
	}
	return text
}
