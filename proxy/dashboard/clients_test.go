package dashboard_test

import (
	"strings"
	"testing"
)

func TestClients(t *testing.T) {
	l := start(t)
	l.ask(t, "claude-opus-5-5")
	b := browse(t, l)
	b.until("the client", `document.querySelector("#clients tbody")?.innerText.includes("1 requests")`)
	got := b.text("#clients")
	for _, part := range []string{"shop", "low priority", "1 of 1000 requests per day", "of $5.00 per hour"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %q in %s", part, got)
		}
	}
}

// Where the admin address asks for a token, the page asks its reader for it.
func TestToken(t *testing.T) {
	l := start(t, "admin_token: admin-token\n")
	b := browse(t, l)
	b.until("the question", `document.querySelector("form.token")`)
	give := func(token string) {
		b.run(`document.querySelector("form.token input").value = "` + token + `"; document.querySelector("form.token").requestSubmit()`)
	}
	give("wrong")
	b.until("the question again", `document.querySelector("form.token")`)
	give("admin-token")
	b.until("the page", `document.querySelector("#headline")`)
}
