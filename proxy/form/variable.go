package form

import (
	"fmt"
	"regexp"
	"strings"
)

// YAML reads the braces of `{ key: ${NAME} }` as a mapping. They are veiled while it parses: each becomes one character
// that means nothing to YAML, so that every column stays right.
const veiledOpen, veiledClose = "\ue000", "\ue001"

var (
	reference    = regexp.MustCompile(`\$\{[^{}\n]*\}`)
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// veil hides the braces of every ${NAME} in a text.
func veil(text string) string {
	return reference.ReplaceAllStringFunc(text, func(found string) string {
		return "$" + veiledOpen + found[2:len(found)-1] + veiledClose
	})
}

func unveil(text string) string {
	return strings.NewReplacer(veiledOpen, "{", veiledClose, "}").Replace(text)
}

// expand puts variables' values in the place of ${NAME} and a dollar sign in that of $$, in a veiled text.
func expand(text string, env func(string) (string, bool)) (string, *Problem) {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		out.WriteString(unveil(before))
		if !found {
			return out.String(), nil
		}
		if rest, ok := strings.CutPrefix(after, "$"); ok {
			out.WriteByte('$')
			text = rest
			continue
		}
		rest, ok := strings.CutPrefix(after, veiledOpen)
		if !ok {
			return "", &Problem{"a dollar sign stands alone", "write ${NAME} for a variable and $$ for a dollar sign"}
		}
		name, rest, _ := strings.Cut(rest, veiledClose)
		if !variableName.MatchString(name) {
			return "", &Problem{Quote(name) + " is no name of a variable", "write ${NAME} for a variable and $$ for a dollar sign"}
		}
		value, ok := env(name)
		if !ok {
			return "", &Problem{fmt.Sprintf("the variable %s is not set", name), "set it in the environment, or remove the reference"}
		}
		out.WriteString(value)
		text = rest
	}
}
