package replay

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Chosen is what a decision came to.
type Chosen struct {
	// Action is in the policy API's words; nil when there is no valid one, and Fault says why.
	Action map[string]any `json:"action,omitempty"`
	Fault  string         `json:"fault,omitempty"`
	// At is the policy's line, as file:line:col; "" when unknown.
	At string `json:"at,omitempty"`
}

// Change is how one choice differs from another.
type Change struct {
	// Kind is the same for changes that a person would count together: "send claude → fail last", "after", "because alone".
	Kind string
	// Keys are the members of the action that differ, the weightiest first; "fault" when only one of them is an action.
	Keys []string
}

// OtherFault is the kind of a change from one fault to another.
const OtherFault = "fails in another way"

// weight orders the members of an action.
var weight = []string{"send", "fail", "model", "after", "queue", "maxTokens", "trim", "timeout", "hedge", "headers", "body", "pause", "count", "because"}

// Compare is how two choices differ; nil when they are the same. The line that chose is no part of a choice.
func Compare(before, after Chosen) *Change {
	switch {
	case (before.Action == nil) != (after.Action == nil):
		return &Change{Kind: headline(before) + " → " + headline(after), Keys: []string{"fault"}}
	case before.Action == nil && before.Fault == after.Fault:
		return nil
	case before.Action == nil:
		return &Change{Kind: OtherFault, Keys: []string{"fault"}}
	}
	all := maps.Clone(before.Action)
	maps.Copy(all, after.Action)
	var keys []string
	for key := range all {
		if !reflect.DeepEqual(before.Action[key], after.Action[key]) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	slices.SortFunc(keys, func(a, b string) int {
		return 100*(slices.Index(weight, a)-slices.Index(weight, b)) + strings.Compare(a, b)
	})
	switch was, is := headline(before), headline(after); {
	case was != is:
		return &Change{Kind: was + " → " + is, Keys: keys}
	case len(keys) == 1 && keys[0] == "because":
		return &Change{Kind: "because alone", Keys: keys}
	default:
		return &Change{Kind: strings.Join(withoutBecause(keys), ", "), Keys: keys}
	}
}

func withoutBecause(keys []string) []string {
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return key == "because" })
}

// headline is a choice in three words.
func headline(c Chosen) string {
	switch fail := c.Action["fail"].(type) {
	case string:
		return "fail " + fail
	case map[string]any:
		return fmt.Sprintf("fail %v", fail["status"])
	}
	if target, ok := c.Action["send"]; ok {
		return fmt.Sprintf("send %v", target)
	}
	return "no valid action"
}
