package form

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// YAML's types of scalars that are told apart here.
const (
	tagNull  = "!!null"
	tagBool  = "!!bool"
	tagInt   = "!!int"
	tagFloat = "!!float"
)

const aText = "text"

// describe names what a value is, in the words of a fault.
func (n *Node) describe() string {
	switch {
	case n.Kind != IsScalar:
		return string(n.Kind)
	case n.tag == tagNull:
		return "nothing"
	case n.tag == tagBool:
		return "true or false"
	case n.tag == tagInt || n.tag == tagFloat:
		return "a number"
	default:
		return aText
	}
}

// Duration reads a positive duration with its unit.
func Duration(text string) (time.Duration, *Problem) {
	if n, err := strconv.ParseFloat(text, 64); err == nil && n > 0 {
		return 0, &Problem{"has no unit", "write " + text + "s or " + text + "ms"}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, &Problem{"is no duration", "write one such as 500ms, 30s or 1h30m"}
	}
	if d <= 0 {
		return 0, &Problem{"is not above zero", "write one such as 500ms, 30s or 1h30m"}
	}
	return d, nil
}

// amount is a decimal number and perhaps a unit.
var amount = regexp.MustCompile(`^(-?[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?) ?([A-Za-z%]*)$`)

// Amount reads a number with one of some units, each worth so much. what and example are for a fault.
func Amount(text, what, example string, units map[string]float64) (float64, *Problem) {
	parts := amount.FindStringSubmatch(text)
	if parts == nil {
		return 0, &Problem{"is no " + what, "write one such as " + example}
	}
	worth, ok := units[parts[2]]
	if !ok {
		return 0, &Problem{"has no unit of a " + what, "write one such as " + example}
	}
	number, err := strconv.ParseFloat(strings.ReplaceAll(parts[1], "_", ""), 64)
	if err != nil || number*worth > 1<<50 {
		return 0, &Problem{"is too large", ""}
	}
	return number * worth, nil
}

// Size reads a number of bytes with its unit: MB is a million of them, MiB 1024 * 1024.
func Size(text string) (int64, *Problem) {
	const what, example = "size", "32MB"
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return 0, &Problem{"has no unit", "write one such as " + example}
	}
	n, p := Amount(text, what, example, map[string]float64{
		"B": 1, "KB": 1e3, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
	})
	return int64(n), FirstProblem(p, wholeAndPositive(n))
}

// Count reads a whole positive number; k, M and G stand for thousands, millions and milliards.
func Count(text string) (int, *Problem) {
	const what, example = "number", "10000, 10k or 200M"
	n, p := Amount(text, what, example, map[string]float64{"": 1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9})
	return int(n), FirstProblem(p, wholeAndPositive(n))
}

func wholeAndPositive(n float64) *Problem {
	if n < 1 || n != math.Trunc(n) {
		return &Problem{"is not whole, or less than 1", ""}
	}
	return nil
}

// FirstProblem is the first that is one, nil when all is well.
func FirstProblem(problems ...*Problem) *Problem {
	for _, p := range problems {
		if p != nil {
			return p
		}
	}
	return nil
}

// Percent reads a share, 0% to 100%, as 0 to 1.
func Percent(text string) (float64, *Problem) {
	n, p := Amount(text, "percentage", "20%", map[string]float64{"%": 1})
	if p == nil && (n < 0 || n > 100) {
		p = &Problem{"is not between 0% and 100%", ""}
	}
	return n / 100, p
}

// Price reads an amount of money.
func Price(text string) (float64, *Problem) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0 && n <= 1e9) {
		return 0, &Problem{"is no price", "write USD per million tokens as a plain number, such as 2.5"}
	}
	return n, nil
}

// OneOf reads one of a few words.
func OneOf[W ~string](words ...W) func(string) (W, *Problem) {
	return func(text string) (W, *Problem) {
		names := make([]string, len(words))
		for i, w := range words {
			if string(w) == text {
				return w, nil
			}
			names[i] = string(w)
		}
		return "", &Problem{"is not known here", suggest(text, names)}
	}
}

// names go into headers, metrics and logs.
var properName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// CheckName reports a name that is no good one, and says whether it is.
func CheckName(r *Report, name string, at *Node) bool {
	if !at.Broken && !properName.MatchString(name) {
		r.Fault(at, &Problem{Quote(at.Raw) + " is no good name", "use up to 64 letters, digits, dots, dashes and underscores"})
	}
	return !at.Broken
}
