package proxy_test

import (
	"fmt"
	"net"
	stdruntime "runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"spillway/proxy/simtarget"
)

// inUse is how many bytes the process holds on to.
func inUse() int {
	stdruntime.GC()
	stdruntime.GC() // what pools keep survives the first
	var m stdruntime.MemStats
	stdruntime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}

// pour writes bytes again and again until nobody takes them, and returns how many were taken.
func (c *wire) pour(bytes string, atMost int) (taken int) {
	for taken < atMost {
		n, err := c.Write([]byte(bytes))
		if taken += n; err != nil {
			break
		}
	}
	return taken
}

// Clients that send too much, or never stop, are told so and let go, and what they send is not kept.
func TestFloodsAreRefused(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}, Limits: "body: 100KB"})
	kilobyte := strings.Repeat("x", 1000)
	const head = "POST /v1/messages HTTP/1.1\r\nHost: a\r\nAnthropic-Version: 2023-06-01\r\n"
	for name, c := range map[string]struct {
		begin, more string
		status      int
		says        string
	}{
		"headers without end":            {head, "X-" + kilobyte + ": y\r\n", 431, "the headers are over the limit of 8192 bytes"},
		"a header without end":           {head + "X-A: ", kilobyte, 431, "the headers are over the limit of 8192 bytes"},
		"a name without end":             {head, kilobyte, 431, "the headers are over the limit of 8192 bytes"},
		"a URL without end":              {"POST /v1/messages?", kilobyte, 431, "the headers are over the limit of 8192 bytes"},
		"a method without end":           {kilobyte, kilobyte, 431, "the headers are over the limit of 8192 bytes"},
		"a body without end":             {head + "Transfer-Encoding: chunked\r\n\r\n", chunk(kilobyte), 413, "the body is over the limit of 100000 bytes (limits.body)"},
		"a body longer than announced":   {head + "Content-Length: 100001\r\n\r\n", kilobyte, 413, "the body is over the limit of 100000 bytes (limits.body)"},
		"a chunk without end":            {head + "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n", kilobyte, 413, "the body is over the limit of 100000 bytes (limits.body)"},
		"a chunk's size without end":     {head + "Transfer-Encoding: chunked\r\n\r\n", strings.Repeat("0", 1000), 400, "hex"},
		"a chunk's extension no end":     {head + "Transfer-Encoding: chunked\r\n\r\n2;", kilobyte, 400, "a request with too much framing"},
		"a trailer without end":          {head + "Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: ", kilobyte, 431, "limit"},
		"trailers without end":           {head + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-" + kilobyte + ": y\r\n", 431, "limit"},
		"a large body, asked about":      {head + "Content-Length: 100001\r\nExpect: 100-continue\r\n\r\n", kilobyte, 413, "over the limit"},
		"a body of ever smaller numbers": {head + "Content-Length: 99999999999999999999\r\n\r\n", kilobyte, 400, "content-length"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := l.Dial(t)
			conn.Say(c.begin)
			poured := make(chan int, 1)
			go func() { poured <- conn.pour(c.more, 512<<20) }()
			got := conn.Answer(t)
			if got.StatusCode != c.status || !strings.Contains(got.Body, c.says) || !readable(got) {
				t.Errorf("%d %v %s, want %d with %q", got.StatusCode, got.Err, got.Body, c.status, c.says)
			}
			if n := <-poured; n >= 512<<20 {
				t.Errorf("%d MB were taken", n>>20)
			}
		})
	}
	t.Cleanup(func() {
		if n := len(l.Targets[0].Requests()); n > 0 {
			t.Errorf("%d requests reached the target", n)
		}
		if got := l.Post(t, "/v1/messages", message(false)); got.StatusCode != 200 {
			t.Errorf("an honest client gets %d %s", got.StatusCode, got.Body)
		}
	})
}

// Who may not come in is told so by the headers alone: nothing of a body is waited for or kept.
func TestNobodysBodiesAreNotRead(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}, Config: "clients:\n  - { name: team, key: team-key }\n"})
	for name, c := range map[string]struct {
		line, header string
		status       int
	}{
		"no key":               {"POST /v1/messages", "", 401},
		"another key":          {"POST /v1/messages", "X-Api-Key: other\r\n", 401},
		"no such path":         {"POST /v2/messages", "X-Api-Key: team-key\r\n", 404},
		"no such method":       {"BREW /v1/messages", "X-Api-Key: team-key\r\n", 405},
		"a file of a stranger": {"POST /v1/files", "", 401},
		"asked about":          {"POST /v1/messages", "Expect: 100-continue\r\n", 401},
	} {
		for _, framing := range []string{"Content-Length: 31000000", "Transfer-Encoding: chunked"} {
			t.Run(name+", "+framing, func(t *testing.T) {
				t.Parallel()
				conn := l.Dial(t)
				conn.Say(c.line + " HTTP/1.1\r\nHost: a\r\n" + c.header + framing + "\r\n\r\n")
				if strings.HasPrefix(framing, "Content-Length") && !strings.HasPrefix(c.header, "Expect") {
					conn.Say(strings.Repeat("x", 8<<10)) // what the server reads ahead
				}
				if got := conn.Answer(t); got.StatusCode != c.status || !readable(got) {
					t.Errorf("%d %v %s, want %d", got.StatusCode, got.Err, got.Body, c.status)
				}
				if !conn.Ended() {
					t.Error("the connection goes on")
				}
			})
		}
	}
}

// The bodies of all clients together have a bound. Small requests get in beside it, and others when there is room again.
func TestBodiesShareABound(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	l.MakeRoom(1 << 20)
	large := strings.Replace(message(false), "hello", strings.Repeat("x", 300<<10), 1)
	if got := l.Post(t, "/v1/messages", large); got.StatusCode != 200 {
		t.Fatalf("%d %s", got.StatusCode, got.Body)
	}
	var unfinished []*wire
	for range 20 { // until one finds no room
		conn := l.Dial(t)
		conn.Say("POST /v1/messages HTTP/1.1\r\nHost: a\r\nAnthropic-Version: 2023-06-01\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(large))
		unfinished = append(unfinished, conn)
	}
	tries := 0
	for l.Post(t, "/v1/messages", large).StatusCode != 529 {
		if tries++; tries > 1000 {
			t.Fatal("there is always room")
		}
	}
	got := l.Post(t, "/v1/messages", large)
	if got.StatusCode != 529 || got.Header.Get("X-Should-Retry") != "true" || got.Header.Get("Retry-After") != "1" || !strings.Contains(got.Body, "overloaded_error") {
		t.Errorf("%d %v %s", got.StatusCode, got.Header, got.Body)
	}
	if got := l.Post(t, "/v1/messages", message(false)); got.StatusCode != 200 {
		t.Errorf("a small request gets %d %s", got.StatusCode, got.Body)
	}
	for _, conn := range unfinished {
		conn.Close()
	}
	for range 1000 {
		if got = l.Post(t, "/v1/messages", large); got.StatusCode == 200 {
			return
		}
	}
	t.Errorf("no room when the others have left: %d %s", got.StatusCode, got.Body)
}

// Clients that trickle (slowloris) lose their connection when the time for a request is over, however lively they seem.
func TestTrickles(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}, Hasty: true})
	const head = "POST /v1/messages HTTP/1.1\r\nHost: a\r\nAnthropic-Version: 2023-06-01\r\n"
	for name, c := range map[string]struct{ begin, drip string }{
		"headers":        {head, "X-A: b\r\n"},
		"a request line": {"POST /v1/mess", "a"},
		"a body":         {head + "Content-Length: 100000\r\n\r\n{", " "},
		"chunks":         {head + "Transfer-Encoding: chunked\r\n\r\n", chunk(" ")},
		"nothing":        {head + "Content-Length: 100000\r\n\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := l.Dial(t)
			conn.Say(c.begin)
			gone := make(chan struct{})
			go func() {
				for ticks := newTicks(t); ; {
					select {
					case <-gone:
						return
					case <-ticks:
						conn.Say(c.drip)
					}
				}
			}()
			got := conn.Answer(t)
			close(gone)
			if got.StatusCode != 408 || !strings.Contains(got.Body, "did not arrive in time") || !readable(got) {
				t.Errorf("%d %v %s", got.StatusCode, got.Err, got.Body)
			}
		})
	}
	t.Run("idle", func(t *testing.T) {
		t.Parallel()
		conn := l.Dial(t)
		conn.Say(request("/v1/messages", message(false)))
		if got := conn.Answer(t); got.StatusCode != 200 {
			t.Errorf("%d %s", got.StatusCode, got.Body)
		}
		if !conn.Ended() {
			t.Error("an idle connection stays")
		}
	})
}

// crowd opens as many connections as descriptors allow, at most n: each needs two, since both ends are in this process.
func crowd(t *testing.T, l *lab, n int) []net.Conn {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err == nil {
		limit.Cur = limit.Max
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
		n = min(n, int(limit.Cur)/2-200)
	}
	conns := make([]net.Conn, n)
	var wg sync.WaitGroup
	for part := range 8 {
		wg.Go(func() {
			for i := part; i < n; i += 8 {
				c, err := net.Dial("tcp", l.Addr())
				if err != nil {
					t.Errorf("connection %d: %v", i, err)
					return
				}
				conns[i] = c
			}
		})
	}
	wg.Wait()
	t.Cleanup(func() {
		for _, c := range conns {
			if c != nil {
				c.Close()
			}
		}
	})
	return conns
}

// Ten thousand clients that keep their connections cost little each, and others are served.
func TestIdleConnectionsCostLittle(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	l.Post(t, "/v1/messages", message(false))
	before := inUse()
	conns := crowd(t, l, map[bool]int{false: 10_000, true: 1000}[testing.Short()])
	for _, c := range conns {
		if _, err := fmt.Fprintf(c, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range conns {
		if _, err := c.Read(make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	each := (inUse() - before) / len(conns)
	t.Logf("%d connections of %d bytes", len(conns), each)
	if each > 40<<10 {
		t.Errorf("%d connections cost %d bytes each", len(conns), each)
	}
	if got := l.Post(t, "/v1/messages", message(false)); got.StatusCode != 200 {
		t.Errorf("another client gets %d %s", got.StatusCode, got.Body)
	}
}
