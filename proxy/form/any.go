package form

import (
	"crypto/sha256"
	"encoding/hex"
	"math"

	"go.yaml.in/yaml/v4"
)

// ReadTree reads a free tree in the shape that [engine.Environment] wants.
func ReadTree(r *Report, n *Node) (map[string]any, bool) {
	t, ok := ReadVars(r, n)
	return t.Values, ok
}

// Tree is a free tree in the shape that [engine.Environment] wants.
type Tree struct {
	Values map[string]any
	// Shown is Values for logs: one in which a variable of the process's environment stands is its SHA-256, as "sha256:…".
	Shown map[string]any
}

// ReadVars reads a free tree that logs must not show as it is.
func ReadVars(r *Report, n *Node) (t Tree, ok bool) {
	if !r.Want(n, IsMapping) {
		return t, false
	}
	t.Values, _ = readAny(r, n, readAnyScalar).(map[string]any)
	t.Shown, _ = readAny(newReport("", ""), n, shownScalar).(map[string]any) // what is wrong with it has been reported
	return t, true
}

func readAny(r *Report, n *Node, scalar func(*Report, *Node) any) any {
	switch n.Kind {
	case IsMapping:
		tree := make(map[string]any, len(n.Fields))
		for _, f := range n.Fields {
			tree[f.Name] = readAny(r, f.Value, scalar)
		}
		return tree
	case IsList:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = readAny(r, item, scalar)
		}
		return list
	default:
		return scalar(r, n)
	}
}

func shownScalar(r *Report, n *Node) any {
	if reference.MatchString(n.Raw) {
		sum := sha256.Sum256([]byte(n.Text))
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	return readAnyScalar(r, n)
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
