package model

import (
	"regexp"
	"slices"
	"strings"
)

// dated are the ends of a name that tell which build of a model it is, and pins that routers and clouds add: a date, a revision
// on Bedrock, "latest", a router's way of serving it.
var dated = regexp.MustCompile(`-(\d{8}|\d{4}-\d{2}-\d{2}|v\d+(-\d+)?|latest|free|nitro|floor|exacto|online)$`)

// Same says whether a target that names the model it served as one may have been asked for the other: the names are alike but
// for builds, regions, vendors and the order of their words ("claude-opus-4-1", "us.anthropic.claude-opus-4-1-20250805-v1:0").
func Same(asked, served string) bool {
	return asked == served || slices.Equal(words(asked), words(served))
}

// Listed says whether the tables have this very model, whatever its build: not only its maker or family.
func Listed(name string) bool {
	e := lookUp(name)
	return e.family != "" && Same(name, e.family) || e.price.family != "" && Same(name, e.price.family)
}

// words are those of a name that say which model it is, sorted.
func words(name string) []string {
	name = plain(name)
	for {
		at := dated.FindStringIndex(name)
		if at == nil {
			break
		}
		name = name[:at[0]]
	}
	if _, own, ok := strings.Cut(name, "anthropic-"); ok { // Bedrock: region and vendor
		name = own
	}
	all := strings.Split(name, "-")
	slices.Sort(all)
	return all
}
