package replay

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"spillway/engine"
	"spillway/engine/table"
)

// mask hides what must not be kept. It lets through what is known to be safe, and hashes everything else:
//
//   - a name of a model, an error code or an edit, if it looks like one;
//   - what a policy says in its own words, if it has not read the prompt in this decision;
//   - nothing in which a secret of the vars stands.
//
// The hash is the same for the same text, so that masked actions can be compared.
type mask struct {
	secrets []string // parts of vars that came from the process's environment
	tainted bool     // the policy has read what is kept as a hash only: its words may hold it
}

// hashed stands for a text that is not kept.
func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// The bounds of a name, and how long a credential goes on without a break: no part of a name does.
const (
	longestName = 256
	unbroken    = 32
)

// isName says whether a text looks like a model, a path, a code or an edit. Prompts have blanks.
func isName(text string) bool {
	run := 0
	for i := range len(text) {
		switch c := text[i]; {
		case isAlnum(c):
			if run++; run == unbroken {
				return false
			}
		case strings.IndexByte("._:/@+=;()[],>*-", c) >= 0:
			run = 0
		default:
			return false
		}
	}
	return len(text) <= longestName
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// keys are how credentials of the well-known services begin, in lower case.
var keys = []string{"sk-", "pk-", "rk-", "xox", "ghp_", "gho_", "github_pat_", "glpat-", "akia", "aiza", "ya29", "eyj", "bearer"}

// holdsKey says whether a word in a text begins as a credential does.
func holdsKey(text string) bool {
	for i := range len(text) {
		if i > 0 && isAlnum(text[i-1]) {
			continue
		}
		for _, key := range keys {
			if text[i]|0x20 == key[0] && len(text)-i >= len(key) && strings.EqualFold(text[i:i+len(key)], key) {
				return true
			}
		}
	}
	return false
}

// name is a name from outside, or its hash.
func (m mask) name(text string) string {
	if isName(text) && !holdsKey(text) && !m.holdsSecret(text) {
		return text
	}
	return hashed(text)
}

// words are a policy's own, or their hash.
func (m mask) words(text string) string {
	if m.tainted || holdsKey(text) || m.holdsSecret(text) {
		return hashed(text)
	}
	return text
}

func (m mask) holdsSecret(text string) bool {
	return slices.ContainsFunc(m.secrets, func(secret string) bool { return strings.Contains(text, secret) })
}

// least is how short a text may be that is still looked for as a secret.
const least = 4

// secretsIn are the texts in vars that are not in what is shown of them.
func secretsIn(vars, shown any) []string {
	switch v := vars.(type) {
	case map[string]any:
		var secrets []string
		other, _ := shown.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			secrets = append(secrets, secretsIn(v[key], other[key])...)
		}
		return secrets
	case []any:
		var secrets []string
		other, _ := shown.([]any)
		for i := range v {
			var beside any
			if i < len(other) {
				beside = other[i]
			}
			secrets = append(secrets, secretsIn(v[i], beside)...)
		}
		return secrets
	case nil:
		return nil
	}
	if text := fmt.Sprint(vars); text != fmt.Sprint(shown) && len(text) >= least {
		return []string{text}
	}
	return nil
}

// action is an action in the policy API's words without what must not be kept. Values of headers and fields of the body are
// never kept.
func (m mask) action(a engine.Action) map[string]any {
	plain := table.Plain(a)
	for key, value := range plain {
		plain[key] = m.member(key, value)
	}
	return plain
}

func (m mask) member(key string, value any) any {
	switch v := value.(type) {
	case string:
		switch {
		case key == "send", key == "target", key == "reason", key == "images", v == "last":
			return v // of a closed list
		case key == "model":
			return m.name(v)
		}
		return m.words(v)
	case map[string]any:
		masked := make(map[string]any, len(v))
		for name, inner := range v {
			switch key {
			case "headers", "body":
				masked[m.words(name)] = hashed(fmt.Sprint(inner))
			case "count":
				masked[m.words(name)] = inner
			default:
				masked[name] = m.member(name, inner)
			}
		}
		return masked
	case []any:
		masked := make([]any, len(v))
		for i := range v {
			masked[i] = m.member(key, v[i])
		}
		return masked
	}
	return value
}
