// Package dashboard is the page at the admin address: what is wrong, and what to do. It is made of files in assets, which
// the binary carries and a browser reads as they are; the page reads the admin API's JSON and nothing else.
//
// Read the files in this order:
//
//	index.html   the page's skeleton, for a browser without scripts too
//	main.js      the whole page as a function of what the API said last
//	live.js      asking the API, once a second while somebody looks
//	verdict.js   what is wrong, in a sentence
//	traffic.js   the last five minutes in four charts; chart.js draws them
//	targets.js   targets and their gates; order.js pauses and resumes them
//	clients.js   what clients have spent, and of which limits
//	policies.js  what serves, and which edits were rejected
//	requests.js  the latest requests; explain.js has the story of one
//	dom.js       descriptions of elements, put into the document
//	words.js     numbers and times as people read them
//
// Model names, error messages and policies' words come from outside. They become text nodes and never markup: nothing
// here parses HTML, and the page's Content-Security-Policy lets the browser refuse if something did.
package dashboard

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"strings"

	"github.com/valyala/fasthttp"
)

//go:embed assets
var embedded embed.FS

// policy lets the page load its own files and ask its own server, and nothing else. Trusted Types make the browser refuse
// every function that would parse a string as markup or script.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Guard sets the headers that every answer of the admin address carries: no other site may read, frame or reinterpret it.
func Guard(h *fasthttp.ResponseHeader) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
}

// asset is one file as it is served.
type asset struct {
	body        []byte
	contentType string
	tag         string
}

var assets = load()

// load reads the embedded files by the path they are served at. It cannot fail: the compiler put them there.
func load() map[string]asset {
	found := map[string]asset{}
	entries, _ := embedded.ReadDir("assets")
	for _, entry := range entries {
		body, _ := fs.ReadFile(embedded, "assets/"+entry.Name())
		sum := sha256.Sum256(body)
		a := asset{body: body, contentType: contentType(entry.Name()), tag: `"` + hex.EncodeToString(sum[:8]) + `"`}
		found["/dashboard/"+entry.Name()] = a
		if entry.Name() == "index.html" {
			found["/"] = a
		}
	}
	return found
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}

// Serve answers for / and for the files below /dashboard/, and says whether the path is one of them. What it serves holds
// no secrets.
func Serve(ctx *fasthttp.RequestCtx) bool {
	a, ok := assets[string(ctx.Path())]
	if !ok {
		return false
	}
	h := &ctx.Response.Header
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-cache") // ask each time: a new binary has new files under the same names
	h.Set("Etag", a.tag)
	if strings.Contains(string(ctx.Request.Header.Peek("If-None-Match")), a.tag) {
		ctx.SetStatusCode(fasthttp.StatusNotModified)
		return true
	}
	ctx.SetContentType(a.contentType)
	ctx.SetBody(a.body)
	return true
}
