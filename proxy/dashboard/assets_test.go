package dashboard_test

import (
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// What would parse a string as markup or code, or leave the page's own server. Attributes are set by name in dom.js alone.
var forbidden = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|DOMParser|createContextualFragment|` +
	`setHTML|srcdoc|javascript:|https?://|postMessage|setAttribute\("(style|on)`)

const svgNamespace = "http://www.w3.org/2000/svg"

func TestNothingParsesMarkup(t *testing.T) {
	for name, text := range files(t) {
		if found := forbidden.FindAllString(strings.ReplaceAll(text, svgNamespace, ""), -1); len(found) > 0 {
			t.Errorf("%s has %q", name, found)
		}
	}
}

// The page's policy forbids inline scripts and styles, so the page must have none.
func TestPageIsWithoutInlineCode(t *testing.T) {
	page := files(t)["index.html"]
	for _, inline := range []string{"<style", " style=", " on", "<script>"} {
		if strings.Contains(strings.ReplaceAll(page, "answer only", ""), inline) {
			t.Errorf("index.html has %q", inline)
		}
	}
}

// Every file is reached from the page, and every import leads to a file.
func TestFilesReachEachOther(t *testing.T) {
	all := files(t)
	reached := map[string]bool{"index.html": true}
	names := regexp.MustCompile(`"(?:/dashboard|\.)/([a-z]+\.(?:js|css|svg))"`)
	for from, text := range all {
		for _, match := range names.FindAllStringSubmatch(text, -1) {
			if reached[match[1]] = true; all[match[1]] == "" {
				t.Errorf("%s asks for %s, which is not there", from, match[1])
			}
		}
	}
	for name := range all {
		if !reached[name] {
			t.Errorf("nothing asks for %s", name)
		}
	}
}

func TestServed(t *testing.T) {
	l := start(t)
	for name, kind := range map[string]string{"": "text/html", "dashboard/main.js": "text/javascript", "dashboard/style.css": "text/css", "dashboard/icon.svg": "image/svg+xml"} {
		resp := get(t, l.admin+"/"+name, "")
		policy := resp.Header.Get("Content-Security-Policy")
		if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), kind) || !strings.Contains(policy, "default-src 'none'") ||
			strings.Contains(policy, "unsafe") || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("/%s: %d %v", name, resp.StatusCode, resp.Header)
		}
		if again := get(t, l.admin+"/"+name, resp.Header.Get("Etag")); again.StatusCode != 304 {
			t.Errorf("/%s is sent again: %d", name, again.StatusCode)
		}
	}
	api := get(t, l.admin+"/api/now", "")
	if api.Header.Get("Access-Control-Allow-Origin") != "" || api.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Errorf("another site may read the API: %v", api.Header)
	}
	if missing := get(t, l.admin+"/dashboard/../dashboard.go", ""); missing.StatusCode != 404 {
		t.Errorf("a file that is no asset: %d", missing.StatusCode)
	}
}

func get(t *testing.T, url, tag string) *http.Response {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("If-None-Match", tag)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp
}

// files are the assets by name.
func files(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir("assets")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, entry := range entries {
		text, err := os.ReadFile(path.Join("assets", entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[entry.Name()] = string(text)
	}
	return found
}
