package config

import (
	"math"

	"go.yaml.in/yaml/v4"
)

// readVars reads a free tree in the shape that [engine.Environment] wants.
func readVars(r *report, n *node) (map[string]any, bool) {
	if !r.want(n, isMapping) {
		return nil, false
	}
	vars, _ := readAny(r, n).(map[string]any)
	return vars, true
}

func readAny(r *report, n *node) any {
	switch n.kind {
	case isMapping:
		tree := make(map[string]any, len(n.fields))
		for _, f := range n.fields {
			tree[f.name] = readAny(r, f.value)
		}
		return tree
	case isList:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = readAny(r, item)
		}
		return list
	default:
		return readAnyScalar(r, n)
	}
}

func readAnyScalar(r *report, n *node) any {
	var value any
	if err := (&yaml.Node{Kind: yaml.ScalarNode, Tag: n.tag, Value: n.text}).Decode(&value); err != nil {
		r.fault(n, &problem{"this is no " + n.tag, ""})
		return nil
	}
	switch v := value.(type) {
	case nil, bool, string, int:
		return v
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			r.fault(n, &problem{"JavaScript policies get JSON, which has no such number", ""})
		}
		return v
	default: // a date, which JSON has not
		return n.text
	}
}
