package config

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// What a configuration can sensibly hold. Beyond it lie only mistakes and bombs made of aliases.
const (
	maxText   = 1 << 20
	maxDepth  = 64
	maxValues = 10_000
)

// grower turns YAML nodes into ours.
type grower struct {
	report *report
	env    func(string) (string, bool)
	open   map[*yaml.Node]bool // the nodes being grown, to notice an alias of itself
	depth  int
	left   int // how many values may still be grown
}

// grow is the tree of a text, nil when it is empty or cannot be read; the latter is reported.
func grow(r *report, text string, env func(string) (string, bool)) *node {
	document := load(r, text)
	if document == nil {
		return nil
	}
	g := &grower{report: r, env: env, open: map[*yaml.Node]bool{}, left: maxValues}
	root := g.grow(document, nil, "")
	if g.left < 0 {
		r.faults = nil // of values without end
		r.add(place{}, "", &problem{fmt.Sprintf("there are more than %d values, aliases followed", maxValues), ""})
		return nil
	}
	return root
}

// grow is the value at a YAML node. A value that cannot be is reported and marked broken.
func (g *grower) grow(y *yaml.Node, parent *node, name string) *node {
	n := &node{place: place{y.Line, y.Column}, kind: isScalar, parent: parent, name: name}
	g.left--
	switch {
	case g.left < 0:
		n.broken = true
	case g.open[y]:
		g.report.fault(n, &problem{"a value cannot contain itself", ""})
	case g.depth > maxDepth:
		g.report.fault(n, &problem{"this is nested too deep", ""})
	default:
		g.open[y] = true
		g.depth++
		g.fill(n, y)
		g.depth--
		delete(g.open, y)
	}
	return n
}

func (g *grower) fill(n *node, y *yaml.Node) {
	switch y.Kind {
	case yaml.AliasNode:
		n.adopt(g.grow(y.Alias, n.parent, n.name))
	case yaml.MappingNode:
		n.kind = isMapping
		g.fillMapping(n, y)
	case yaml.SequenceNode:
		n.kind = isList
		for i, item := range y.Content {
			n.items = append(n.items, g.grow(item, n, fmt.Sprintf("[%d]", i)))
		}
	default:
		g.fillScalar(n, y)
	}
}

func (g *grower) fillScalar(n *node, y *yaml.Node) {
	n.raw, n.text, n.tag = unveil(y.Value), y.Value, y.ShortTag()
	if !strings.Contains(y.Value, "$") {
		return
	}
	text, p := expand(y.Value, g.env)
	if p != nil {
		g.report.fault(n, p)
		return
	}
	n.text = text
	if y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		n.tag = ""
	}
}

func (g *grower) fillMapping(n *node, y *yaml.Node) {
	lines := map[string]int{} // of each key
	var merges []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		if y.Content[i].ShortTag() == "!!merge" {
			merges = append(merges, y.Content[i+1])
			continue
		}
		key := g.growKey(y.Content[i], n)
		if key.kind != isScalar {
			g.report.fault(key, &problem{"a key has to be a single value, this is " + string(key.kind), ""})
		}
		key.name = pathStep(key.text)
		value := g.grow(y.Content[i+1], n, key.name)
		if first, twice := lines[key.text]; twice && !key.broken {
			g.report.fault(key, &problem{"this key is here twice", fmt.Sprintf("the first is on line %d", first)})
		}
		if key.broken {
			continue
		}
		lines[key.text] = key.line
		n.fields = append(n.fields, field{key.text, key, value})
	}
	for _, m := range merges {
		g.merge(n, m, lines)
	}
}

// growKey is a key of n. Variables are for values: a key is as written.
func (g *grower) growKey(y *yaml.Node, n *node) *node {
	if y.Kind != yaml.ScalarNode {
		return g.grow(y, n, "")
	}
	g.left--
	text := unveil(y.Value)
	return &node{place: place{y.Line, y.Column}, kind: isScalar, parent: n, raw: text, text: text, tag: y.ShortTag()}
}

// merge adds the fields of a merge key's value, a mapping or a list of them, that are not among keys yet.
func (g *grower) merge(n *node, y *yaml.Node, keys map[string]int) {
	from := g.grow(y, n.parent, n.name)
	mappings := from.items
	if from.kind == isMapping {
		mappings = []*node{from}
	}
	for _, mapping := range mappings {
		if mapping.kind != isMapping {
			g.report.fault(mapping, &problem{"<< merges a mapping, this is " + string(mapping.kind), ""})
		}
		for _, f := range mapping.fields {
			if _, there := keys[f.name]; !there {
				keys[f.name] = f.key.line
				f.value.parent, f.key.parent = n, n
				n.fields = append(n.fields, f)
			}
		}
	}
	if from.kind == isScalar {
		g.report.fault(from, &problem{"<< merges a mapping, this is a single value", "name one with an alias: `<<: *name`"})
	}
}
