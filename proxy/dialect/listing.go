package dialect

import (
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"spillway/engine"
)

// Listed is a model as a target lists it.
type Listed struct {
	ID string
	// Name is for people; the ID where the target gives none.
	Name string
	// Created is zero where the target does not say.
	Created time.Time
	// Owner is whose model it is; "" where the target does not say.
	Owner string

	raw string     // the entry itself
	api engine.API // the dialect of raw
}

// ReadModels reads a dialect's list of models. It is false when the answer is none.
func ReadModels(api engine.API, body []byte) (models []Listed, ok bool) {
	data := gjson.GetBytes(body, "data")
	data.ForEach(func(_, entry gjson.Result) bool {
		if m, ok := readModel(api, entry); ok {
			models = append(models, m)
		}
		return true
	})
	return models, data.IsArray()
}

func readModel(api engine.API, entry gjson.Result) (Listed, bool) {
	m := Listed{ID: entry.Get("id").Str, Name: entry.Get("display_name").Str, Owner: entry.Get("owned_by").Str, raw: entry.Raw, api: api}
	if m.Name == "" {
		m.Name = m.ID
	}
	if seconds := entry.Get("created").Int(); seconds > 0 {
		m.Created = time.Unix(seconds, 0)
	}
	if at, err := time.Parse(time.RFC3339, entry.Get("created_at").Str); err == nil {
		m.Created = at
	}
	return m, m.ID != ""
}

// As is the same model under an alias.
func (m Listed) As(alias string) Listed {
	return Listed{ID: alias, Name: m.Name, Created: m.Created, Owner: m.Owner}
}

// ModelsBody is a whole list of models in a dialect, on one page. What came in the same dialect keeps its bytes.
func ModelsBody(api engine.API, models []Listed) []byte {
	b := []byte(`{"object":"list","data":[`)
	if api == engine.Anthropic {
		b = []byte(`{"data":[`)
	}
	for i, m := range models {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, ModelBody(api, m)...)
	}
	if b = append(b, ']'); api == engine.Anthropic {
		b = append(b, `,"has_more":false`...)
		b = appendEdge(append(b, `,"first_id":`...), models, 0)
		b = appendEdge(append(b, `,"last_id":`...), models, len(models)-1)
	}
	return append(b, '}')
}

func appendEdge(b []byte, models []Listed, index int) []byte {
	if len(models) == 0 {
		return append(b, "null"...)
	}
	return gjson.AppendJSONString(b, models[index].ID)
}

// ModelBody is one model in a dialect. What came in the same dialect keeps its bytes.
func ModelBody(api engine.API, m Listed) []byte {
	if m.raw != "" && m.api == api {
		return []byte(m.raw)
	}
	if api == engine.Anthropic {
		b := gjson.AppendJSONString([]byte(`{"type":"model","id":`), m.ID)
		b = gjson.AppendJSONString(append(b, `,"display_name":`...), m.Name)
		b = append(b, `,"created_at":"`...)
		created := m.Created
		if created.IsZero() {
			created = time.Unix(0, 0) // as Anthropic writes an unknown date
		}
		return append(created.UTC().AppendFormat(b, time.RFC3339), `"}`...)
	}
	b := gjson.AppendJSONString([]byte(`{"id":`), m.ID)
	b = append(b, `,"object":"model","created":`...)
	b = strconv.AppendInt(b, max(0, m.Created.Unix()), 10)
	owner := m.Owner
	if owner == "" {
		owner = string(m.api)
	}
	return append(gjson.AppendJSONString(append(b, `,"owned_by":`...), owner), '}')
}
