package failure

import (
	"bytes"
	"html"
	"regexp"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// maxMessage is how much of a message is kept, in bytes.
const maxMessage = 500

// words are what an error body says.
type words struct {
	kind, code string // as the target wrote them
	message    string // on one line, cut
	status     int    // a status inside the body; 0 = none
	spoken     bool   // the body is an error in JSON
	page       bool   // the body is an HTML page
	routed     bool   // a router tells of an error of the server behind it
}

// wordsIn reads a body in any of the shapes in which servers put errors:
//
//	{"type":"error","error":{"type","message","details":{"error_code"}}}   Anthropic
//	{"error":{"message","type","code"}}                                    OpenAI; vLLM's and OpenRouter's code is an integer
//	{"error":"…"}, {"object":"error","message"}, {"message"}, {"detail"}   Ollama, older vLLM, Amazon, FastAPI
//	{"type":"response.failed","response":{"error":{"code","message"}}}     a stream of Responses
//	{"choices":[{"finish_reason":"insufficient_system_resource"}]}         DeepSeek, inside a stream
//	an HTML page, plain text, and any of these as a server-sent event under an error status
func wordsIn(body []byte) words {
	body = bytes.TrimSpace(body)
	if bytes.HasPrefix(body, []byte("event:")) || bytes.HasPrefix(body, []byte("data:")) {
		_, body, _ = bytes.Cut(body, []byte("data:"))
		body = bytes.TrimSpace(body)
	}
	switch {
	case len(body) == 0:
		return words{}
	case body[0] == '<':
		return words{page: true, message: oneLine(title(string(body)))}
	case body[0] != '{':
		return words{message: oneLine(string(body))}
	}
	w := wordsOf(gjson.ParseBytes(body))
	if w.message == "" && w.code == "" && w.kind == "" {
		w.message = oneLine(string(body))
	}
	return w
}

func wordsOf(doc gjson.Result) words {
	w := words{}
	fault := firstObject(doc.Get("error"), doc.Get("response.error"))
	bare := !fault.Exists()
	if bare {
		fault = doc
	}
	w.message = oneLine(firstText(fault.Get("message"), doc.Get("error"), doc.Get("detail"), doc.Get("detail.0.msg")))
	w.code = firstText(fault.Get("details.error_code"), fault.Get("code"), doc.Get("choices.0.finish_reason"))
	if kind := fault.Get("type").Str; !bare || w.message != "" && kind != "error" {
		w.kind = strings.Clone(kind)
	}
	if n, err := strconv.Atoi(w.code); err == nil && n >= 400 && n < 600 {
		w.status = n
	}
	w.spoken = w.message != "" || w.code != "" || w.kind != ""
	if strings.EqualFold(w.message, "Provider returned error") {
		w = w.behind(fault.Get("metadata.raw").Str)
	}
	return w
}

// behind reads an error that a router like OpenRouter hands on in its own.
func (w words) behind(raw string) words {
	w.routed = true
	if inner := wordsIn([]byte(raw)); inner.message != "" && !inner.routed {
		w.kind, w.code = inner.kind, inner.code
		w.message = oneLine(w.message + ": " + inner.message)
	}
	return w
}

// has says whether one of the words of a list is the code or the type.
func (w words) has(list string) bool {
	for word := range strings.FieldsSeq(list) {
		if strings.EqualFold(w.code, word) || strings.EqualFold(w.kind, word) {
			return true
		}
	}
	return false
}

// statusInside is the status for an error that came under a 200. It is 200 when an answer that is no stream is no error either.
func (w words) statusInside(inStream bool) int {
	switch {
	case w.status != 0:
		return w.status
	case !w.spoken && !inStream:
		return 200
	}
	for _, word := range []string{w.code, w.kind} {
		if status := statusOf[strings.ToLower(word)]; status != 0 {
			return status
		}
	}
	return 500
}

func firstObject(results ...gjson.Result) gjson.Result {
	for _, r := range results {
		if r.IsObject() {
			return r
		}
	}
	return gjson.Result{}
}

// firstText is the first of the results that is a word or a number, in memory of its own.
func firstText(results ...gjson.Result) string {
	for _, r := range results {
		if r.Type == gjson.String && r.Str != "" || r.Type == gjson.Number {
			return strings.Clone(r.String())
		}
	}
	return ""
}

var pageTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// title is what an HTML page calls itself.
func title(page string) string {
	m := pageTitle.FindStringSubmatch(page)
	if m == nil {
		return "a page without a title"
	}
	return html.UnescapeString(m[1])
}

// oneLine makes words of a target fit for logs and headers: valid UTF-8 without control characters, cut.
func oneLine(s string) string {
	s = s[:min(len(s), 4*maxMessage)]
	s = strings.ToValidUTF8(s, "")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
	return strings.Clone(strings.ToValidUTF8(s[:min(len(s), maxMessage)], ""))
}
