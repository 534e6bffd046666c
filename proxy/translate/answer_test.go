package translate_test

import (
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/translate"
)

// across is a request of a caller of that dialect that is answered by the other.
func across(t *testing.T, g golden, caller engine.API) *translate.Translation {
	t.Helper()
	body := g.given["request"]
	if body == "" {
		body = `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`
	}
	tr, err := translate.Request(parse(t, caller, body), g.target(t))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// answered is the golden's answer, the dialect that tells it and its caller's; ext is the ending of the files' names.
func (g golden) answered(ext string) (text string, caller engine.API, told string) {
	if text, ok := g.given["message"+ext]; ok {
		return text, engine.OpenAI, "completion" + ext
	}
	return g.given["completion"+ext], engine.Anthropic, "message" + ext
}

// The files of a golden of answers: first "message" or "completion", which the target sends, "request" what it was asked where that
// matters; then the other, which the caller gets, or "failed".
func TestWholeAnswers(t *testing.T) {
	eachGolden(t, "answers", []string{"message", "completion", "request", "target"}, func(t *testing.T, g golden) []txtar.File {
		text, caller, told := g.answered("")
		tr := across(t, g, caller)
		if _, ok := dialect.ReadWhole(tr.Call.API, tr.Call.Endpoint, []byte(text)); !ok {
			return []txtar.File{{Name: "failed", Data: []byte("it is no answer\n")}}
		}
		got, err := tr.Whole([]byte(text), home)
		if err != nil {
			return []txtar.File{{Name: "failed", Data: []byte(err.Error() + "\n")}}
		}
		return []txtar.File{{Name: told, Data: pretty(t, got)}}
	})
}
