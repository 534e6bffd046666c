package proxy

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"spillway/proxy/hangup"
)

// A defect while an answer is written ends that answer, and is told in the log.
func TestADefectBreaksOffItsAnswer(t *testing.T) {
	var log bytes.Buffer
	p := &Proxy{slog: slog.New(slog.NewTextHandler(&log, nil)), hangups: hangup.New()}
	defer p.hangups.Close()
	conn, _ := net.Pipe()
	a := &arrival{id: "r-1", visit: p.hangups.Enter(conn, "r-1")}
	for name, stream := range map[string]interface {
		io.Reader
		io.Closer
	}{
		"decided": &eventStream{p, a, nil},
		"passed":  &rawStream{nil, p, a, nil, nil},
	} {
		log.Reset()
		_, err := io.Copy(io.Discard, stream)
		if closed := stream.Close(); !errors.Is(err, errDefect) || !errors.Is(closed, errDefect) {
			t.Errorf("%s: %v, then %v", name, err, closed)
		}
		if told := log.String(); strings.Count(told, "id=r-1") != 2 || !strings.Contains(told, "reply_test.go") {
			t.Errorf("%s: %s", name, told)
		}
	}
	if n := p.Open(); n != 0 {
		t.Errorf("%d requests are open", n)
	}
}

func TestADefectInTheAdminAPI(t *testing.T) {
	var log bytes.Buffer
	var ctx fasthttp.RequestCtx
	ctx.Request.SetRequestURI("/healthz")
	(&Proxy{slog: slog.New(slog.NewTextHandler(&log, nil))}).serveAdmin(&ctx) // it has no address
	if ctx.Response.StatusCode() != 500 || !strings.Contains(log.String(), "id=/healthz") {
		t.Errorf("%d\n%s", ctx.Response.StatusCode(), log.String())
	}
}
