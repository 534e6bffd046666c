package form

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"spillway/engine"
)

// What a configuration can sensibly hold. Beyond it lie only mistakes and bombs made of aliases.
const (
	maxText   = 1 << 20
	maxDepth  = 64
	maxValues = 10_000
)

// grower turns YAML nodes into ours.
type grower struct {
	report *Report
	env    func(string) (string, bool)
	open   map[*yaml.Node]bool // the nodes being grown, to notice an alias of itself
	depth  int
	left   int // how many values may still be grown
}

// Parse reads the text of a file, and has its root read unless it is empty. file names it in faults, which come in the order
// of the file. env looks up a variable's value; nil means that dollar signs mean nothing.
func Parse(file, text string, env func(string) (string, bool), read func(*Report, *Node)) engine.Faults {
	r := newReport(file, text)
	if root := grow(r, text, env); root != nil && root.tag != tagNull {
		read(r, root)
	}
	return r.sorted()
}

// grow is the tree of a text, nil when it is empty or cannot be read; the latter is reported.
func grow(r *Report, text string, env func(string) (string, bool)) *Node {
	document := load(r, text)
	if document == nil {
		return nil
	}
	g := &grower{report: r, env: env, open: map[*yaml.Node]bool{}, left: maxValues}
	root := g.grow(document, nil, "")
	if g.left < 0 {
		r.faults = nil // of values without end
		r.add(Place{}, "", &Problem{fmt.Sprintf("there are more than %d values, aliases followed", maxValues), ""})
		return nil
	}
	return root
}

// grow is the value at a YAML node. A value that cannot be is reported and marked broken.
func (g *grower) grow(y *yaml.Node, parent *Node, name string) *Node {
	n := &Node{Place: Place{y.Line, y.Column}, Kind: IsScalar, parent: parent, name: name}
	g.left--
	switch {
	case g.left < 0:
		n.Broken = true
	case g.open[y]:
		g.report.Fault(n, &Problem{"a value cannot contain itself", ""})
	case g.depth > maxDepth:
		g.report.Fault(n, &Problem{"this is nested too deep", ""})
	default:
		g.open[y] = true
		g.depth++
		g.fill(n, y)
		g.depth--
		delete(g.open, y)
	}
	return n
}

func (g *grower) fill(n *Node, y *yaml.Node) {
	switch y.Kind {
	case yaml.AliasNode:
		n.adopt(g.grow(y.Alias, n.parent, n.name))
	case yaml.MappingNode:
		n.Kind = IsMapping
		g.fillMapping(n, y)
	case yaml.SequenceNode:
		n.Kind = IsList
		for i, item := range y.Content {
			n.Items = append(n.Items, g.grow(item, n, fmt.Sprintf("[%d]", i)))
		}
	default:
		g.fillScalar(n, y)
	}
}

func (g *grower) fillScalar(n *Node, y *yaml.Node) {
	n.Raw, n.tag = unveil(y.Value), y.ShortTag()
	n.Text = n.Raw
	g.report.hideKey(n)
	if g.env == nil || !strings.Contains(y.Value, "$") {
		return
	}
	text, p := expand(y.Value, g.env)
	if p != nil {
		g.report.Fault(n, p)
		return
	}
	n.Text = text
	if y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		n.tag = ""
	}
}

func (g *grower) fillMapping(n *Node, y *yaml.Node) {
	lines := map[string]int{} // of each key
	var merges []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		if y.Content[i].ShortTag() == "!!merge" {
			merges = append(merges, y.Content[i+1])
			continue
		}
		key := g.growKey(y.Content[i], n)
		if key.Kind != IsScalar {
			g.report.Fault(key, &Problem{"a key has to be a single value, this is " + string(key.Kind), ""})
		}
		key.name = pathStep(key.Text)
		value := g.grow(y.Content[i+1], n, key.name)
		if first, twice := lines[key.Text]; twice && !key.Broken {
			g.report.Fault(key, &Problem{"this key is here twice", fmt.Sprintf("the first is on line %d", first)})
		}
		if key.Broken {
			continue
		}
		lines[key.Text] = key.Line
		n.Fields = append(n.Fields, Field{key.Text, key, value})
	}
	for _, m := range merges {
		g.merge(n, m, lines)
	}
}

// growKey is a key of n. Variables are for values: a key is as written.
func (g *grower) growKey(y *yaml.Node, n *Node) *Node {
	if y.Kind != yaml.ScalarNode {
		return g.grow(y, n, "")
	}
	g.left--
	text := unveil(y.Value)
	return &Node{Place: Place{y.Line, y.Column}, Kind: IsScalar, parent: n, Raw: text, Text: text, tag: y.ShortTag()}
}

// merge adds the fields of a merge key's value, a mapping or a list of them, that are not among keys yet.
func (g *grower) merge(n *Node, y *yaml.Node, keys map[string]int) {
	from := g.grow(y, n.parent, n.name)
	mappings := from.Items
	if from.Kind == IsMapping {
		mappings = []*Node{from}
	}
	for _, mapping := range mappings {
		if mapping.Kind != IsMapping {
			g.report.Fault(mapping, &Problem{"<< merges a mapping, this is " + string(mapping.Kind), ""})
		}
		for _, f := range mapping.Fields {
			if _, there := keys[f.Name]; !there {
				keys[f.Name] = f.Key.Line
				f.Value.parent, f.Key.parent = n, n
				n.Fields = append(n.Fields, f)
			}
		}
	}
	if from.Kind == IsScalar {
		g.report.Fault(from, &Problem{"<< merges a mapping, this is a single value", "name one with an alias: `<<: *name`"})
	}
}
