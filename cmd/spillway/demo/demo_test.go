package demo

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// startForwarder stands in for Spillway: it sends everything to the first target and tells nothing.
func startForwarder(config string) (Proxy, error) {
	text, err := os.ReadFile(config)
	if err != nil {
		return Proxy{}, err
	}
	first := regexp.MustCompile(`url: "([^"]+)"`).FindSubmatch(text)
	target, err := url.Parse(string(first[1]))
	if err != nil {
		return Proxy{}, err
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	s := httptest.NewServer(forward)
	return Proxy{URL: s.URL, Stop: s.Close}, nil
}

func TestRunTellsTheStory(t *testing.T) {
	var out bytes.Buffer
	if err := Run(t.Context(), &out, Options{For: time.Second, Start: startForwarder}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1s of 1s", "ok with Spillway", "  claude-backup", "Of the same requests"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("control sequences without a terminal:\n%q", out.String())
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	var out bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	start := func(config string) (Proxy, error) {
		cancel()
		return startForwarder(config)
	}
	if err := Run(ctx, &out, Options{Start: start}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Of the same requests") {
		t.Errorf("no summary in\n%s", out.String())
	}
}

func TestRunReportsWhatCannotStart(t *testing.T) {
	start := func(string) (Proxy, error) { return Proxy{}, os.ErrPermission }
	if err := Run(t.Context(), &bytes.Buffer{}, Options{Start: start}); err == nil || !strings.HasPrefix(err.Error(), "start the demo: ") {
		t.Errorf("got %v", err)
	}
}
