package runtime

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
	"spillway/engine/script"
)

// TestTypesNameWhatPoliciesGetAndReturn holds spillway.d.ts against the lists from which views are made and actions are read.
func TestTypesNameWhatPoliciesGetAndReturn(t *testing.T) {
	for name, offered := range map[string][]string{
		"Policy":     policyKeys,
		"Request":    fieldNames(requestShape),
		"Client":     fieldNames(clientShape),
		"Spent":      fieldNames(spentShape),
		"Spending":   fieldNames(dayShape),
		"SDK":        fieldNames(sdkShape),
		"Attempt":    fieldNames(attemptShape),
		"Ctx":        fieldNames(ctxShape),
		"Health":     fieldNames(healthShape),
		"RateLimits": fieldNames(rateLimitsShape),
		"Allowance":  fieldNames(allowanceShape),
		"Target":     targetNames(),
		"Send":       append([]string{"send"}, keysOf(sendMembers)...),
		"Effects":    slices.DeleteFunc(keysOf(actionMembers[:len(actionMembers)-len(sendMembers)]), func(key string) bool { return key == "send" || key == "fail" }),
		"Fail":       {"fail"},
		"Failure":    keysOf(failureMembers),
		"Pause":      keysOf(pauseMembers),
		"Trim":       keysOf(trimMembers),
		"Hedge":      keysOf(hedgeMembers),
		"Price":      goNames(engine.Price{}, nil),
	} {
		if diff := cmp.Diff(offered, membersOf(t, name)); diff != "" {
			t.Errorf("interface %s (-Go +TypeScript):\n%s", name, diff)
		}
	}
}

// TestPoliciesGetAndReturnWhatTheProxyKnows holds the same lists against the structs that the proxy fills in and reads.
func TestPoliciesGetAndReturnWhatTheProxyKnows(t *testing.T) {
	for _, tt := range []struct {
		name    string
		known   []string
		offered []string
	}{
		{"Request", append(goNames(engine.Request{}, map[string]string{"Content": ""}), goNames(engine.Outline{}, nil)...), without(fieldNames(requestShape), "header", "body")},
		{"Client", goNames(engine.Client{}, nil), fieldNames(clientShape)},
		{"Spent", goNames(engine.Spent{}, nil), fieldNames(spentShape)},
		{"Spending", goNames(engine.Spending{}, nil), fieldNames(dayShape)},
		{"SDK", goNames(engine.SDK{}, nil), fieldNames(sdkShape)},
		{"Attempt", goNames(engine.Attempt{}, map[string]string{"Took": "ms"}), fieldNames(attemptShape)},
		{"Ctx", goNames(engine.Ctx{}, map[string]string{"World": "", "Seed": "random"}), without(fieldNames(ctxShape), "opensIn", "targets", "health", "cost", "vars", "count")},
		{"Health", goNames(engine.Health{}, map[string]string{"RateLimits": "rateLimit"}), fieldNames(healthShape)},
		{"RateLimits", goNames(engine.RateLimits{}, nil), fieldNames(rateLimitsShape)},
		{"Allowance", goNames(engine.Allowance{}, map[string]string{"Reset": "resetIn"}), fieldNames(allowanceShape)},
		{"Target", goNames(engine.Target{}, nil), targetNames()},
		{"Action", goNames(engine.Action{}, nil), keysOf(actionMembers[:len(actionMembers)-len(sendMembers)])},
		{"Send", goNames(engine.Send{}, map[string]string{"Target": ""}), keysOf(sendMembers)},
		{"Fail", goNames(engine.Fail{}, map[string]string{"Last": ""}), keysOf(failureMembers)},
		{"Pause", goNames(engine.Pause{}, nil), keysOf(pauseMembers)},
		{"Trim", goNames(engine.Trim{}, nil), keysOf(trimMembers)},
		{"Hedge", goNames(engine.Hedge{}, map[string]string{"Target": "send"}), keysOf(hedgeMembers)},
	} {
		slices.Sort(tt.known)
		slices.Sort(tt.offered)
		if diff := cmp.Diff(tt.known, tt.offered); diff != "" {
			t.Errorf("%s (-struct +policy):\n%s", tt.name, diff)
		}
	}
}

func TestTypesListEveryWord(t *testing.T) {
	for name, known := range map[string][]string{
		"Reason": reasons,
		"Retry":  {string(engine.RetrySame), string(engine.RetryElsewhere), string(engine.RetryNever)},
		"Kind": {
			string(engine.KindHTTP), string(engine.KindConnect), string(engine.KindTimeout), string(engine.KindStream), string(engine.KindGate), string(engine.KindEdit),
		},
		"API": {string(engine.Anthropic), string(engine.OpenAI)},
	} {
		union := regexp.MustCompile(`(?s)export type ` + name + ` =(.*?);`).FindStringSubmatch(script.Types())
		if union == nil {
			t.Errorf("no type %s", name)
			continue
		}
		var words []string
		for _, word := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(union[1], -1) {
			words = append(words, word[1])
		}
		if diff := cmp.Diff(known, words); diff != "" {
			t.Errorf("type %s (-Go +TypeScript):\n%s", name, diff)
		}
	}
}

func TestEveryFieldIsExplained(t *testing.T) {
	previous := ""
	for line := range strings.SplitSeq(script.Types(), "\n") {
		if property.MatchString(line) && !strings.HasSuffix(previous, "*/") {
			t.Errorf("no comment before: %s", line)
		}
		previous = line
	}
}

var property = regexp.MustCompile(`^    (?:readonly )?(\w+)\??[:(]`)

// membersOf are the names in an interface of spillway.d.ts.
func membersOf(t *testing.T, name string) []string {
	_, after, found := strings.Cut(script.Types(), "export interface "+name+" {\n")
	if !found {
		t.Errorf("no interface %s", name)
	}
	block, _, _ := strings.Cut(after, "\n  }\n")
	var names []string
	for line := range strings.SplitSeq(block, "\n") {
		if m := property.FindStringSubmatch(line); m != nil {
			names = append(names, m[1])
		}
	}
	return names
}

func fieldNames[T any](s *shape[T]) []string {
	names := make([]string, len(s.fields))
	for i, f := range s.fields {
		names[i] = f.name
	}
	return names
}

func targetNames() []string {
	names := make([]string, len(targetFields))
	for i, f := range targetFields {
		names[i] = f.name
	}
	return names
}

// goNames are the fields of a struct as policies would write them. other has those that are called something else there, or
// nothing.
func goNames(v any, other map[string]string) []string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
		name, differs := other[f.Name]
		if !differs {
			upper := 1
			for upper < len(f.Name) && strings.ToUpper(f.Name) == f.Name {
				upper++
			}
			name = strings.ToLower(f.Name[:upper]) + f.Name[upper:]
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

func without(names []string, extra ...string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(extra, name) })
}
