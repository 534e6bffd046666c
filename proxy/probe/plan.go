package probe

import (
	"maps"
	"slices"
	"strings"

	"spillway/engine"
	"spillway/proxy/model"
)

// asked is a model to ask.
type asked struct{ alias, name string }

// models are those that the configuration names; without any, a small one of those that the target lists.
func (p *patient) models() []asked {
	names := map[string]asked{}
	for name := range p.target.Windows {
		names[name] = asked{name: name}
	}
	for name := range p.target.Price {
		names[name] = asked{name: name}
	}
	for alias, name := range p.target.Models {
		if old, known := names[name]; !known || old.alias == "" || alias < old.alias {
			names[name] = asked{alias, name}
		}
	}
	if len(names) == 0 {
		return []asked{{name: p.small()}}
	}
	models := make([]asked, 0, len(names))
	for _, name := range slices.Sorted(maps.Keys(names)) {
		models = append(models, names[name])
	}
	return models
}

// small is a model that costs little: of those listed one that says so, else the first; a guess where the server is known;
// otherwise "".
func (p *patient) small() string {
	for _, word := range [...]string{"haiku", "nano", "mini", "flash", "small"} {
		for _, name := range p.listed {
			if strings.Contains(name, word) {
				return name
			}
		}
	}
	switch {
	case len(p.listed) > 0:
		return p.listed[0]
	case p.target.Server.Name == model.Anthropic && p.target.Dialect == engine.Anthropic:
		return "claude-haiku-4-5"
	case p.target.Server.Name == "openai":
		return "gpt-5-nano"
	}
	return ""
}
