package simtarget_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/valyala/fasthttp/fasthttputil"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

// dial speaks to the server by hand.
func dial(t *testing.T, s *simtarget.Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(s.URL(), "http://"), "/v1"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func post(body, headers string) string {
	return fmt.Sprintf("POST /v1/messages?beta=true HTTP/1.1\r\nHost: sim\r\ncontent-length: %d\r\n%s\r\n%s", len(body), headers, body)
}

const manners = "X-API-Key: k\r\nanthropic-version: 2026-10-21\r\nContent-Type: application/json\r\n"

func TestRequestsAreKeptAsReceived(t *testing.T) {
	s := start(t, engine.Anthropic, nil)
	conn := dial(t, s)
	body := `{"model" : "m",` + "\n\t" + `"stream":false, "x":"\u00e4"}`
	io.WriteString(conn, post(body, "X-oDd:  spaced \r\n"+manners))
	if resp, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || resp.StatusCode != 200 {
		t.Fatalf("got %v, %v", resp, err)
	}
	seen := s.Requests()[0]
	if diff := cmp.Diff(body, string(seen.Body)); diff != "" {
		t.Error(diff)
	}
	if want := fmt.Sprintf("Host: sim\r\ncontent-length: %d\r\nX-oDd:  spaced \r\n%s", len(body), manners); strings.TrimRight(string(seen.Head), "\r\n") != strings.TrimRight(want, "\r\n") {
		t.Errorf("head is %q, want %q", seen.Head, want)
	}
	if seen.Path != "/v1/messages" || seen.Query != "beta=true" || seen.Header("x-odd") != "spaced" || seen.Model() != "m" {
		t.Errorf("saw %q %q %q %q", seen.Path, seen.Query, seen.Header("x-odd"), seen.Model())
	}
	if got := s.Counts()["ok"]; got != 1 {
		t.Errorf("counted %v", s.Counts())
	}
}

func TestViolations(t *testing.T) {
	for name, tt := range map[string]struct {
		dialect       engine.API
		body, headers string
		status        int
		want          string
	}{
		"two credentials":    {engine.Anthropic, `{}`, manners + "authorization: Bearer k\r\n", 400, "more than one credential"},
		"none":               {engine.Anthropic, `{}`, strings.Replace(manners, "X-API-Key: k\r\n", "", 1), 401, "no credential"},
		"no bearer":          {engine.Anthropic, `{}`, strings.Replace(manners, "X-API-Key: k", "authorization: k", 1), 401, "authorization is no bearer token"},
		"the other dialect":  {engine.OpenAI, `{}`, manners, 401, "no credential"},
		"no version":         {engine.Anthropic, `{}`, strings.Replace(manners, "anthropic-version: 2026-10-21\r\n", "", 1), 400, "no anthropic-version, or two"},
		"no JSON":            {engine.Anthropic, `{"model":`, manners, 400, "body is not JSON"},
		"media type":         {engine.Anthropic, `{}`, strings.Replace(manners, "application/json", "text/plain", 1), 400, "content-type is text/plain"},
		"a browser's origin": {engine.Anthropic, `{}`, manners + "Origin: http://x\r\n", 401, "origin header"},
		"a proxy's header":   {engine.Anthropic, `{}`, manners + "x-spillway-max-wait: 3s\r\n", 200, "x-spillway header"},
		"hop by hop":         {engine.Anthropic, `{}`, manners + "te: trailers\r\n", 200, "hop-by-hop header te"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, tt.dialect, nil)
			conn := dial(t, s)
			io.WriteString(conn, post(tt.body, tt.headers))
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil || resp.StatusCode != tt.status {
				t.Fatalf("got %v, %v, want status %d", resp, err, tt.status)
			}
			if diff := cmp.Diff([]string{"POST /v1/messages: " + tt.want}, s.Violations()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWaitingAnswersEndWhenTheClientHangsUp(t *testing.T) {
	long := time.Hour
	for name, b := range map[string]simtarget.Behaviour{
		"hang":        simtarget.Hang(),
		"slow start":  simtarget.SlowStart(long, simtarget.Message("never")),
		"quiet start": simtarget.QuietStart(long, simtarget.Message("never")),
		"slow drip":   simtarget.SlowDrip(long, simtarget.Message("never")),
		"stall":       simtarget.StallAfter(2, simtarget.Message("never")),
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, engine.Anthropic, b)
			conn := dial(t, s)
			io.WriteString(conn, post(`{"stream":true}`, manners))
			seen, err := s.Await(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			select {
			case <-seen.Done():
				t.Fatal("the answer ended by itself")
			case <-seen.Gone():
				t.Fatal("the client is said to be gone")
			default:
			}
			conn.Close()
			<-seen.Gone()
			<-seen.Done()
		})
	}
}

func TestCloseEndsWaitingAnswers(t *testing.T) {
	s := start(t, engine.Anthropic, simtarget.Hang())
	conn := dial(t, s)
	io.WriteString(conn, post(`{}`, manners))
	seen, err := s.Await(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	<-seen.Done()
	if _, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://")); err == nil {
		t.Error("a closed server still listens")
	}
}

func TestConnectionIsKeptAfterWaiting(t *testing.T) {
	s := start(t, engine.Anthropic, simtarget.SlowDrip(time.Millisecond, simtarget.Message("a b")))
	conn := dial(t, s)
	in := bufio.NewReader(conn)
	for range 3 {
		io.WriteString(conn, post(`{"stream":true}`, manners))
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || !strings.HasSuffix(string(body), "data: {\"type\":\"message_stop\"}\n\n") {
			t.Fatalf("got %q, %v", body, err)
		}
	}
}

func TestPipelinedRequestSurvivesTheVigil(t *testing.T) {
	s := start(t, engine.Anthropic, simtarget.SlowStart(time.Millisecond, simtarget.Message("a")))
	conn := dial(t, s)
	io.WriteString(conn, post(`{"model":"one"}`, manners)+post(`{"model":"two"}`, manners))
	in := bufio.NewReader(conn)
	for _, want := range []string{"one", "two"} {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		if !strings.Contains(string(body), `"model":"`+want+`"`) {
			t.Errorf("got %s, want the answer for %s", body, want)
		}
	}
}

func TestAwaitGivesUp(t *testing.T) {
	s := start(t, engine.Anthropic, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Await(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestKeptRequestsStayAsTheyWere(t *testing.T) {
	s := start(t, engine.Anthropic, nil)
	conn := dial(t, s)
	in := bufio.NewReader(conn)
	for _, model := range []string{"one", "two"} {
		io.WriteString(conn, post(`{"model":"`+model+`"}`, manners))
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
	}
	if kept := s.Requests(); kept[0].Model() != "one" || kept[1].Model() != "two" {
		t.Errorf("kept %s and %s", kept[0].Body, kept[1].Body)
	}
}

func TestWrongLengthIsOffByWhatWasAsked(t *testing.T) {
	s := start(t, engine.Anthropic, simtarget.WrongLength(7, simtarget.JSON(200, `{}`)))
	conn := dial(t, s)
	io.WriteString(conn, post(`{}`, manners))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.ContentLength != 9 {
		t.Errorf("got %v, %v, want a length of 9", resp, err)
	}
}

func TestKeepsOnlyTheLatest(t *testing.T) {
	s, err := simtarget.Start(simtarget.Config{Keep: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn := dial(t, s)
	in := bufio.NewReader(conn)
	for range 3 {
		io.WriteString(conn, post(`{}`, manners))
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
	}
	if kept := s.Requests(); len(kept) != 2 || kept[0].N != 1 || kept[1].N != 2 {
		t.Errorf("kept %v", kept)
	}
	if _, err := s.Await(t.Context(), 0); err == nil {
		t.Error("request 0 should be forgotten")
	}
}

func TestVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := fasthttputil.NewInmemoryListener()
		s, err := simtarget.Start(simtarget.Config{Listener: ln, Behaviour: simtarget.InTurn(simtarget.SlowStart(time.Hour, simtarget.Message("at last")), simtarget.Hang())})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		conn, err := ln.Dial()
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		io.WriteString(conn, post(`{}`, manners))
		if resp, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || resp.StatusCode != 200 {
			t.Errorf("got %v, %v", resp, err)
		}
		if took := time.Since(began); took != time.Hour {
			t.Errorf("an hour took %v", took)
		}
		io.WriteString(conn, post(`{}`, manners))
		seen, err := s.Await(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
		<-seen.Gone()
	})
}
