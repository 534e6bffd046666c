package proxy_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// wire is a client that writes whatever bytes it likes.
type wire struct {
	*net.TCPConn
	reader *bufio.Reader
}

// Dial opens a connection to the proxy for the length of a test.
func (l *lab) Dial(t *testing.T) *wire {
	t.Helper()
	c, err := l.dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// dial opens a connection to the proxy for its caller to close.
func (l *lab) dial() (*wire, error) {
	c, err := net.Dial("tcp", l.Addr())
	if err != nil {
		return nil, err
	}
	return &wire{c.(*net.TCPConn), bufio.NewReader(c)}, c.SetDeadline(time.Now().Add(patience))
}

// Say writes bytes as they are. A proxy that has refused already may have stopped listening.
func (c *wire) Say(bytes string) { _, _ = io.WriteString(c, bytes) }

// Answer reads one answer; its status is 0 when there is none.
func (c *wire) Answer(t *testing.T) answer {
	t.Helper()
	resp, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return answer{Response: &http.Response{}, Err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp, string(body), err}
}

// Ended says whether the proxy has closed the connection, with nothing more to read.
func (c *wire) Ended() bool {
	n, err := c.reader.Read(make([]byte, 1))
	return n == 0 && err != nil && !strings.Contains(err.Error(), "timeout")
}

// request is a POST of body with these header lines, as bytes.
func request(path, body string, lines ...string) string {
	head := "POST " + path + " HTTP/1.1\r\nHost: spillway\r\nAnthropic-Version: 2023-06-01\r\nContent-Type: application/json\r\n"
	for _, line := range lines {
		head += line + "\r\n"
	}
	return head + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body)) + body
}

// framed is a POST whose framing is the caller's.
func framed(lines, body string) string {
	return "POST /v1/messages HTTP/1.1\r\nHost: spillway\r\nAnthropic-Version: 2023-06-01\r\n" + lines + "\r\n" + body
}

// chunk is one HTTP chunk.
func chunk(data string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(data), data) }

// readable says whether an answer is an error that an SDK can read.
func readable(a answer) bool {
	return a.Header.Get("Content-Type") == "application/json" && gjson.Valid(a.Body) &&
		gjson.Get(a.Body, "error.message").String() != "" && gjson.Get(a.Body, "error.type").String() != ""
}

// rogue listens for the length of a test, and has every request on every connection answered by say. It returns its URL.
func rogue(t *testing.T, say func(c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for r := bufio.NewReader(c); ; {
					req, err := http.ReadRequest(r)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, req.Body)
					say(c)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}
