package proxy_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"spillway/proxy/simtarget"
)

// What two parsers could read in two ways is refused, and the connection with it: else the rest of one client's request
// would be the beginning of another's.
func TestRequestsThatCanBeReadInTwoWaysAreRefused(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	const smuggled = "GET /v1/models HTTP/1.1\r\nHost: smuggled\r\n\r\n"
	body, chunked := message(false), chunk(message(false))+"0\r\n\r\n"
	length := func(n string) string { return "Content-Length: " + n + "\r\n" }
	for name, bytes := range map[string]string{
		"length and chunks":            framed(length("4")+"Transfer-Encoding: chunked\r\n", chunked),
		"chunks and length":            framed("Transfer-Encoding: chunked\r\n"+length("4"), chunked),
		"two lengths":                  framed(length("6")+length("7"), "{}    "),
		"two equal lengths":            framed(length("6")+length("6"), "{}    "),
		"a list of lengths":            framed(length("6, 6"), "{}    "),
		"a signed length":              framed(length("+6"), "{}    "),
		"a negative length":            framed(length("-1"), "{}    "),
		"a hexadecimal length":         framed(length("0x6"), "{}    "),
		"a length in parts":            framed(length("6 6"), "{}    "),
		"a length over all bounds":     framed(length("99999999999999999999"), "{}    "),
		"an empty length":              framed(length(""), "{}    "),
		"a folded length":              framed("Content-Length:\r\n 6\r\n", "{}    "),
		"a length with a bare CR":      framed("Content-Length: 6\rX: y\r\n", "{}    "),
		"a length with a NUL":          framed("Content-Length: 6\x00\r\n", "{}    "),
		"space before the colon":       framed("Content-Length : 6\r\n", "{}    "),
		"tab before the colon":         framed("Transfer-Encoding\t: chunked\r\n", chunked),
		"space before the name":        "POST /v1/messages HTTP/1.1\r\n Host: a\r\nContent-Length: 6\r\n\r\n{}    ",
		"a fold":                       framed("X-Folded: a\r\n b\r\n"+length("6"), "{}    "),
		"a fold by tab":                framed("X-Folded: a\r\n\tb\r\n"+length("6"), "{}    "),
		"a line without a colon":       framed("Nonsense\r\n"+length("6"), "{}    "),
		"a name without letters":       framed(": 6\r\n"+length("6"), "{}    "),
		"a NUL in a value":             framed("X-A: a\x00b\r\n"+length("6"), "{}    "),
		"a NUL in a name":              framed("X-\x00A: b\r\n"+length("6"), "{}    "),
		"a bare CR in a value":         framed("X-A: a\rb\r\n"+length("6"), "{}    "),
		"an unknown coding":            framed("Transfer-Encoding: gzip\r\n", chunked),
		"a coding before chunked":      framed("Transfer-Encoding: gzip, chunked\r\n", chunked),
		"chunked twice":                framed("Transfer-Encoding: chunked, chunked\r\n", chunked),
		"two codings":                  framed("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", chunked),
		"identity and chunked":         framed("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", chunked),
		"quoted chunked":               framed("Transfer-Encoding: \"chunked\"\r\n", chunked),
		"chunked with a parameter":     framed("Transfer-Encoding: chunked;a=b\r\n", chunked),
		"chunked with a vertical tab":  framed("Transfer-Encoding: \x0bchunked\r\n", chunked),
		"identity":                     framed("Transfer-Encoding: identity\r\n"+length("6"), "{}    "),
		"chunked in HTTP/1.0":          strings.Replace(framed("Transfer-Encoding: chunked\r\n", chunked), "HTTP/1.1", "HTTP/1.0", 1),
		"a signed chunk":               framed("Transfer-Encoding: chunked\r\n", "+2\r\n{}\r\n0\r\n\r\n"),
		"a negative chunk":             framed("Transfer-Encoding: chunked\r\n", "-2\r\n{}\r\n0\r\n\r\n"),
		"a chunk over all bounds":      framed("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
		"a chunk with 0x":              framed("Transfer-Encoding: chunked\r\n", "0x2\r\n{}\r\n0\r\n\r\n"),
		"a chunk longer than it says":  framed("Transfer-Encoding: chunked\r\n", "1\r\n{}\r\n0\r\n\r\n"),
		"a chunk without its end":      framed("Transfer-Encoding: chunked\r\n", "2\r\n{}0\r\n\r\n"),
		"a chunk ended by LF":          framed("Transfer-Encoding: chunked\r\n", "2\r\n{}\n0\r\n\r\n"),
		"a chunk size ended by LF":     framed("Transfer-Encoding: chunked\r\n", "2\n{}\r\n0\r\n\r\n"),
		"a chunk size that is nothing": framed("Transfer-Encoding: chunked\r\n", "\r\n{}\r\n0\r\n\r\n"),
		"framing in a trailer":         framed("Transfer-Encoding: chunked\r\nTrailer: Content-Length\r\n", chunk("{}")+"0\r\nContent-Length: 6\r\n\r\n"),
		"two hosts":                    framed("Host: other\r\n"+length("6"), "{}    "),
		"lines that end in LF":         "POST /v1/messages HTTP/1.1\nHost: a\nContent-Length: 6\n\n{}    ",
		"no version":                   "POST /v1/messages\r\n\r\n",
		"an old version":               "POST /v1/messages HTTP/0.9\r\nHost: a\r\n\r\n",
		"a new version":                "POST /v1/messages HTTP/2.0\r\nHost: a\r\n\r\n",
		"HTTP/2's preface":             "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"a TLS handshake":              "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\x00", 300) + "\r\n\r\n",
		"a space in the path":          "POST /v1/messages /v1/models HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n{}    ",
		"a NUL in the path":            "POST /v1/mess\x00ages HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n{}    ",
		"a control in the method":      "PO\x01ST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n{}    ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := l.Dial(t)
			c.Say(bytes + smuggled)
			got := c.Answer(t)
			if got.StatusCode != 400 || !readable(got) || strings.HasPrefix(bytes, "POST /v1/messages") && gjson.Get(got.Body, "type").String() != "error" {
				t.Errorf("%d %v %s", got.StatusCode, got.Err, got.Body)
			}
			if !c.Ended() {
				t.Errorf("the connection goes on after %d %s", got.StatusCode, got.Body)
			}
		})
	}
	t.Cleanup(func() {
		for _, seen := range l.Targets[0].Requests() {
			t.Errorf("reached the target: %s %s\n%s%s", seen.Method, seen.Path, seen.Head, seen.Body)
		}
		if got := l.Post(t, "/v1/messages", body); got.StatusCode != 200 {
			t.Errorf("an honest client gets %d %s", got.StatusCode, got.Body)
		}
	})
}
