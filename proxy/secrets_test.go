package proxy_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spillway/proxy/simtarget"
)

// The planted secrets: what an operator, a client and a person would not forgive to find anywhere.
const (
	plantedTarget = "sk-ant-planted-of-the-target"
	plantedClient = "sk-spill-planted-of-the-client"
	plantedWrong  = "sk-spill-planted-but-wrong"
	plantedPrompt = "planted words of a prompt"
	plantedAnswer = "planted words of an answer"
	plantedVar    = "planted-variable"
)

// quoting is a target that fails in one way after the other, and quotes in each what it was sent.
func quoting() simtarget.Behaviour {
	const all = plantedTarget + " " + plantedPrompt
	failed := func(status int, kind string) simtarget.Behaviour {
		return simtarget.Fails(simtarget.Fault{Status: status, Type: kind, Message: "cannot do " + all})
	}
	ways := []simtarget.Behaviour{
		failed(529, "overloaded_error"), failed(429, "rate_limit_error"), failed(500, "api_error"), failed(400, "invalid_request_error"),
		failed(401, "authentication_error"), failed(403, "permission_error"), failed(404, "not_found_error"), failed(413, "request_too_large"),
		simtarget.JSON(200, `{"type":"error","error":{"type":"api_error","message":"`+all+`"}}`), simtarget.JSON(502, "<html>"+all+"</html>"),
		simtarget.OverloadedInStream(), simtarget.ResetAtOnce(), simtarget.ResetAfter(3, simtarget.Message(plantedAnswer)),
		simtarget.Truncated(simtarget.Message(plantedAnswer)), simtarget.Message(plantedAnswer),
	}
	return func(r *simtarget.Seen) simtarget.Answer { return ways[r.N%len(ways)](r) }
}

// TestPlantedSecretsStayWhereTheyAre lets everything fail that can, and then looks through all that Spillway has written: the log
// at its most talkative, the access log, the decision log, every page of the admin API, the metrics, and what clients were told.
func TestPlantedSecretsStayWhereTheyAre(t *testing.T) {
	t.Setenv("PLANTED_VARIABLE", plantedVar)
	l := start(t, setup{
		Targets: []simtarget.Config{{Behaviour: quoting()}, {Behaviour: quoting()}},
		Keys:    "key: " + plantedTarget,
		Policies: map[string]string{"overload.ts": `export default { decide(request, attempts, ctx) {
			request.body?.messages?.length; request.header("x-team"); ctx.vars.secret;
			if (attempts.length === 2 && request.stream) throw new Error(attempts[0].message + JSON.stringify(request.body) + ctx.vars.secret);
			if (attempts.length > 2) return { fail: "last", because: "enough" };
			return { send: attempts.length % 2 ? "b" : "a", because: "try " + attempts.length };
		} }`},
		Config: "vars: { secret: '${PLANTED_VARIABLE}' }\ndecisions: { file: decisions.jsonl }\nclients: [{ name: shop, key: " + plantedClient + " }]\n",
	})
	var access journal
	l.AccessLog(slog.New(slog.NewJSONHandler(&access, nil)))
	var told strings.Builder
	for n := range 45 {
		body := strings.Replace(message(n%2 == 0), "hello", plantedPrompt, 1)
		key := plantedClient
		switch n % 9 {
		case 3:
			key = plantedWrong
		case 5:
			body = body[:len(body)-3]
		}
		path := [...]string{"/v1/messages", "/v1/messages", "/v1/messages/count_tokens", "/v1/messages/batches"}[n%4]
		got := l.Post(t, path, body, "X-Api-Key", key, "X-Team", "planted-team")
		if got.StatusCode != 200 {
			told.WriteString(got.Body)
			for name, values := range got.Header {
				told.WriteString(name + ": " + strings.Join(values, ",") + "\n")
			}
		}
	}
	l.Write(t, "policies/overload.ts", "export default { decide( } // "+plantedVar)
	awaitLog(t, l, "rejected", 1)
	pages := ""
	for _, page := range []string{"/metrics", "/api/now", "/api/targets", "/api/policies", "/api/clients", "/api/candidates", "/api/requests", "/healthz", "/readyz", "/"} {
		pages += l.Get(t, page)
	}
	for _, id := range idsIn(l.Get(t, "/api/requests")) {
		pages += l.Get(t, "/api/requests/"+id)
	}
	stop(t, l)
	decisions, err := os.ReadFile(filepath.Join(l.Dir, "decisions.jsonl"))
	if err != nil || len(decisions) == 0 || access.String() == "" {
		t.Fatalf("%d bytes of decisions, %d of access log: %v", len(decisions), len(access.String()), err)
	}
	for name, text := range map[string]string{
		"the log": l.Log.String(), "the access log": access.String(), "the decision log": string(decisions), "the admin API": pages, "a client": told.String(),
	} {
		for _, secret := range []string{plantedTarget, plantedClient, plantedWrong, "planted-team"} {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s: %q in %q", name, secret, text[max(0, at-200):at+len(secret)])
			}
		}
		for _, words := range []string{plantedPrompt, plantedAnswer} {
			if at := strings.Index(text, words); at >= 0 && name != "a client" && name != "the admin API" {
				t.Errorf("%s: %q in %q", name, words, text[max(0, at-200):at+len(words)])
			}
		}
	}
}

// idsIn are the names of requests in a page.
func idsIn(page string) (ids []string) {
	for _, part := range strings.Split(page, `"id":"`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		ids = append(ids, id)
	}
	return ids
}
