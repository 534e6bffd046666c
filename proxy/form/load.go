package form

import (
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// load is the one YAML document of a text, nil when it is empty or cannot be read; the latter is reported.
func load(r *Report, text string) *yaml.Node {
	if len(text) > maxText {
		r.add(Place{}, "", &Problem{"the file is larger than 1 MiB", "is this the right file?"})
		return nil
	}
	if valid := validPrefix(text); valid < len(text) {
		r.add(placeOf(text, valid), "", &Problem{"this is not UTF-8", "save the file as UTF-8"})
		return nil
	}
	veiled := veil(text)
	loader, err := yaml.NewLoader(strings.NewReader(veiled), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth))))
	if err != nil {
		r.add(Place{}, "", &Problem{err.Error(), ""})
		return nil
	}
	var first, second yaml.Node
	switch err := loader.Load(&first); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		r.addYAML(veiled, err)
		return nil
	}
	switch err := loader.Load(&second); {
	case err == nil:
		r.add(Place{second.Line, second.Column}, "", &Problem{"a second document begins here", "keep one document per file"})
	case !errors.Is(err, io.EOF):
		r.addYAML(veiled, err)
	}
	return first.Content[0]
}

// addYAML adds what the YAML parser says of a text.
func (r *Report) addYAML(text string, err error) {
	var fault *yaml.LoadError
	if !errors.As(err, &fault) {
		r.add(Place{}, "", &Problem{err.Error(), ""})
		return
	}
	at := Place{fault.Mark.Line, fault.Mark.Column}
	if at.Line == 0 {
		at = placeOf(text, fault.Mark.Index)
	}
	message := fault.Message
	if fault.ContextMsg != "" {
		message += " " + fault.ContextMsg
	}
	r.add(at, "", &Problem{unveil(message), syntaxHint(r.line(at.Line), at.Column)})
	last := r.faults[len(r.faults)-1]
	last.Source = mask(last.Source, perhapsKeys)
}

// syntaxHint explains the characters on which people trip.
func syntaxHint(line string, column int) string {
	characters := []rune(line)
	if column < 1 || column > len(characters) {
		return ""
	}
	switch c := characters[column-1]; c {
	case '\t':
		return "indent with spaces, YAML does not take tabs"
	case '@', '%', '`', '*', '&', '!':
		return "put a value that begins with " + string(c) + " in quotes"
	default:
		return ""
	}
}

// validPrefix is how many bytes of a text are UTF-8 before the first that is not.
func validPrefix(text string) int {
	for i, c := range text {
		if c == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return len(text)
}

// placeOf is the place of a byte of a text.
func placeOf(text string, index int) Place {
	before := text[:min(index, len(text))]
	line := strings.LastIndexByte(before, '\n') + 1
	return Place{1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[line:])}
}
