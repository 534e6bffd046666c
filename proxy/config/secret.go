package config

import (
	"fmt"
	"log/slog"
	"strings"

	"spillway/proxy/form"
)

// Secret is a credential. However it is printed, logged or marshalled, only `***` shows; [Secret.Reveal] is the one way
// to its value. The zero Secret is no credential. Secrets can be compared with ==.
type Secret struct{ value string }

const mask = "***"

// Conceal makes a secret of a value.
func Conceal(value string) Secret { return Secret{value} }

// Reveal is the credential itself; "" for the zero Secret.
func (s Secret) Reveal() string { return s.value }

// String implements [fmt.Stringer].
func (s Secret) String() string { return mask }

// Format implements [fmt.Formatter], for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(mask)) }

// LogValue implements [slog.LogValuer].
func (s Secret) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText implements [encoding.TextMarshaler], and so JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

func readSecret(r *form.Report, n *form.Node) (Secret, bool) {
	text, ok := form.ReadText(r, n)
	if !ok {
		return Secret{}, false
	}
	if strings.ContainsFunc(text, unprintable) {
		r.Fault(n, form.Wrong("a credential may hold only printable ASCII without spaces", "look for a line break at its end"))
		return Secret{}, false
	}
	return Conceal(text), true
}

func unprintable(c rune) bool { return c <= ' ' || c > '~' }
