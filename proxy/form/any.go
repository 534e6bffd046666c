package form

import (
	"math"

	"go.yaml.in/yaml/v4"
)

// ReadTree reads a free tree in the shape that [engine.Environment] wants.
func ReadTree(r *Report, n *Node) (map[string]any, bool) {
	if !r.Want(n, IsMapping) {
		return nil, false
	}
	vars, _ := readAny(r, n).(map[string]any)
	return vars, true
}

func readAny(r *Report, n *Node) any {
	switch n.Kind {
	case IsMapping:
		tree := make(map[string]any, len(n.Fields))
		for _, f := range n.Fields {
			tree[f.Name] = readAny(r, f.Value)
		}
		return tree
	case IsList:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = readAny(r, item)
		}
		return list
	default:
		return readAnyScalar(r, n)
	}
}

func readAnyScalar(r *Report, n *Node) any {
	var value any
	if err := (&yaml.Node{Kind: yaml.ScalarNode, Tag: n.tag, Value: n.Text}).Decode(&value); err != nil {
		r.Fault(n, &Problem{"this is no " + n.tag, ""})
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
			r.Fault(n, &Problem{"JavaScript policies get JSON, which has no such number", ""})
		}
		return v
	default: // a date, which JSON has not
		return n.Text
	}
}
