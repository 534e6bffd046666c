package script

import (
	"errors"
	"regexp/syntax"
	"strings"

	"github.com/dop251/goja/parser"
)

const backtrackHint = "do without lookahead, lookbehind, backreferences and repeats over 1000: use several plain expressions or string methods"

// Backtracks says whether goja can run a JavaScript regular expression only with its backtracking engine, which may take
// time exponential in the length of the text and cannot be interrupted.
//
// pattern must be valid UTF-8.
//
// An expression with the flag g or y that passes may still be run by that engine when it continues in the middle of a
// text; a policy that gets stuck so is abandoned like any other.
func Backtracks(pattern, flags string) bool {
	translated, err := parser.TransformRegExp(pattern, strings.Contains(flags, "s"), strings.Contains(flags, "u"))
	if incompatible := (parser.RegexpErrorIncompatible{}); errors.As(err, &incompatible) {
		return true
	}
	if err != nil {
		return false // not an expression at all: goja says so better
	}
	var wrong *syntax.Error
	_, err = syntax.Parse(translated, syntax.Perl)
	return errors.As(err, &wrong) && wrong.Code == syntax.ErrInvalidRepeatSize
}
