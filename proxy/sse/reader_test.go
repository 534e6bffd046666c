package sse

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// seen is an event that outlives the reader.
type seen struct{ Raw, Name, Data string }

func readAll(r io.Reader, maxEvent int) (events []seen, pending string, err error) {
	reader := NewReader(r, maxEvent)
	defer reader.Release()
	for {
		e, err := reader.Next()
		if err != nil {
			return events, string(reader.Pending()), err
		}
		events = append(events, seen{string(e.Raw), string(e.Name), string(e.Data)})
	}
}

func TestEvents(t *testing.T) {
	for name, c := range map[string]struct {
		stream string
		want   []seen
	}{
		"name and data":     {"event: ping\ndata: {}\n\n", []seen{{"event: ping\ndata: {}\n\n", "ping", "{}"}}},
		"no space":          {"event:ping\ndata:{}\n\n", []seen{{"event:ping\ndata:{}\n\n", "ping", "{}"}}},
		"only one space":    {"data:  x \n\n", []seen{{"data:  x \n\n", "", " x "}}},
		"several lines":     {"data: a\ndata\ndata:\ndata: b\n\n", []seen{{"data: a\ndata\ndata:\ndata: b\n\n", "", "a\n\n\nb"}}},
		"lines with CRLF":   {"data: a\r\ndata: b\r\n\r\n", []seen{{"data: a\r\ndata: b\r\n\r\n", "", "a\nb"}}},
		"lines with CR":     {"data: a\rdata: b\r\rdata: c\r\r", []seen{{"data: a\rdata: b\r\r", "", "a\nb"}, {"data: c\r\r", "", "c"}}},
		"mixed ends":        {"data: a\r\ndata: b\n\rdata: c\n\n", []seen{{"data: a\r\ndata: b\n\r", "", "a\nb"}, {"data: c\n\n", "", "c"}}},
		"CR, then CRLF":     {"data: a\r\r\ndata: b\n\n", []seen{{"data: a\r\r", "", "a"}, {"\n", "", ""}, {"data: b\n\n", "", "b"}}},
		"comment alone":     {": keep-alive\n\ndata: x\n\n", []seen{{": keep-alive\n\n", "", ""}, {"data: x\n\n", "", "x"}}},
		"comment before":    {": one\n:\ndata: x\n\n", []seen{{": one\n:\ndata: x\n\n", "", "x"}}},
		"blank lines":       {"\n\ndata: x\n\n\n", []seen{{"\n", "", ""}, {"\n", "", ""}, {"data: x\n\n", "", "x"}, {"\n", "", ""}}},
		"byte order mark":   {"\xef\xbb\xbfdata: x\ndata: y\n\n\xef\xbb\xbfdata: z\n\n", []seen{{"\xef\xbb\xbfdata: x\ndata: y\n\n", "", "x\ny"}, {"\xef\xbb\xbfdata: z\n\n", "", ""}}},
		"other fields":      {"id: 7\nretry: 10\nDATA: x\nerror: {}\n\n", []seen{{"id: 7\nretry: 10\nDATA: x\nerror: {}\n\n", "", ""}}},
		"last name wins":    {"event: a\nevent: b\ndata: x\n\n", []seen{{"event: a\nevent: b\ndata: x\n\n", "b", "x"}}},
		"colons in a value": {"data: a:b: c\n\n", []seen{{"data: a:b: c\n\n", "", "a:b: c"}}},
		"nothing":           {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.stream), iotest.OneByteReader(strings.NewReader(c.stream)), iotest.DataErrReader(strings.NewReader(c.stream))} {
				got, pending, err := readAll(r, 1<<10)
				if diff := cmp.Diff(c.want, got); diff != "" || err != io.EOF || pending != "" {
					t.Fatalf("error %v, pending %q\n%s", err, pending, diff)
				}
			}
		})
	}
}

func TestUnfinishedEvent(t *testing.T) {
	events, pending, err := readAll(strings.NewReader("data: a\n\ndata: b\n"), 1<<10)
	if len(events) != 1 || pending != "data: b\n" || err != io.ErrUnexpectedEOF {
		t.Errorf("got %v, pending %q, %v", events, pending, err)
	}
}

func TestSourceErrorComesAfterWholeEvents(t *testing.T) {
	broken := errors.New("connection reset")
	events, pending, err := readAll(io.MultiReader(strings.NewReader("data: a\n\nda"), iotest.ErrReader(broken)), 1<<10)
	if len(events) != 1 || pending != "da" || err != broken {
		t.Errorf("got %v, pending %q, %v", events, pending, err)
	}
}

func TestSilentSourceIsAnError(t *testing.T) {
	if _, _, err := readAll(silent{}, 1<<10); err != io.ErrNoProgress {
		t.Errorf("got %v", err)
	}
}

type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

func TestEventCap(t *testing.T) {
	event := "data: " + strings.Repeat("x", 9992) + "\n\n" // 10,000 bytes
	for _, chunks := range []func(io.Reader) io.Reader{whole, iotest.OneByteReader} {
		if events, _, err := readAll(chunks(strings.NewReader(event+"data: y\n\n")), 10_000); len(events) != 2 || err != io.EOF {
			t.Errorf("at the cap: %d events, %v", len(events), err)
		}
		if events, _, err := readAll(chunks(strings.NewReader("data: y\n\n"+event)), 9_999); len(events) != 1 || err != ErrTooLarge {
			t.Errorf("past the cap: %d events, %v", len(events), err)
		}
	}
	endless := &counting{r: zeros{}}
	if _, _, err := readAll(endless, 100_000); err != ErrTooLarge || endless.n > 200_000 {
		t.Errorf("endless line: %v after %d bytes", err, endless.n)
	}
}

func whole(r io.Reader) io.Reader { return r }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestBufferedNeverReads(t *testing.T) {
	source := &counting{r: strings.NewReader("data: a\n\ndata: b\n\ndata: c")}
	r := NewReader(source, 1<<10)
	defer r.Release()
	if r.Buffered() || source.n != 0 {
		t.Fatalf("before the first read: buffered %v, %d bytes read", r.Buffered(), source.n)
	}
	for i, more := range []bool{true, false} {
		e, err := r.Next()
		if err != nil || r.Buffered() != more {
			t.Fatalf("event %d: %v, buffered %v", i, err, r.Buffered())
		}
		if want := "data: " + string(rune('a'+i)) + "\n\n"; string(e.Raw) != want {
			t.Fatalf("Buffered changed the event: %q", e.Raw)
		}
	}
}

func TestBufferShrinksAfterALargeEvent(t *testing.T) {
	large := "data: " + strings.Repeat("x", 1<<20) + "\n\n"
	r := NewReader(strings.NewReader(large+strings.Repeat("data: small\n\n", 400_000)), 2<<20)
	defer r.Release()
	if e, err := r.Next(); err != nil || len(e.Raw) != len(large) {
		t.Fatal(len(e.Raw), err)
	}
	for range 200_000 {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.buf) != smallBuffer || r.small == nil {
		t.Errorf("buffer still has %d bytes", len(r.buf))
	}
}

func TestNoAllocationPerEvent(t *testing.T) {
	stream := strings.Repeat("event: content_block_delta\ndata: {\"type\":\"content_block_delta\"}\n\n: ping\n\ndata: a\ndata: b\n\n", 2_000)
	r := NewReader(iotest.HalfReader(strings.NewReader(stream)), 1<<10)
	defer r.Release()
	for range 10 {
		_, _ = r.Next()
	}
	if n := testing.AllocsPerRun(1_000, func() {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
}

// pieces hands out a stream in chunks of random sizes.
type pieces struct {
	rest []byte
	rand *rand.Rand
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.rest[:min(len(p.rest), p.rand.IntN(12))])
	p.rest = p.rest[n:]
	return n, nil
}

func checkAnySplit(t *testing.T, stream []byte, seed uint64, maxEvent int) {
	want, wantPending, wantErr := readAll(bytes.NewReader(stream), maxEvent)
	got, pending, err := readAll(&pieces{stream, rand.New(rand.NewPCG(seed, 1))}, maxEvent)
	if diff := cmp.Diff(want, got); diff != "" || err != wantErr {
		t.Errorf("seed %d: whole: %v, split: %v\n%s", seed, wantErr, err, diff)
	}
	if wantErr != ErrTooLarge && pending != wantPending {
		t.Errorf("seed %d: whole leaves %q, split %q", seed, wantPending, pending)
	}
	var raw strings.Builder
	for _, e := range got {
		raw.WriteString(e.Raw)
	}
	if !strings.HasPrefix(string(stream), raw.String()) {
		t.Error("the raw events are not the stream")
	}
	if err != ErrTooLarge && raw.String()+pending != string(stream) {
		t.Error("bytes were lost")
	}
}

func TestAnySplitGivesTheSameEvents(t *testing.T) {
	words := []string{"data: ", "data", "event: x", ":", " ", "\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n", "\xef\xbb\xbf", "long enough to pass the cap"}
	random := rand.New(rand.NewPCG(7, 7))
	for seed := range uint64(3_000) {
		var b bytes.Buffer
		for range random.IntN(40) {
			b.WriteString(words[random.IntN(len(words))])
		}
		checkAnySplit(t, b.Bytes(), seed, 60)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("event: a\r\ndata: b\n\n: c\r\rdata"), uint64(1), 20)
	f.Fuzz(func(t *testing.T, stream []byte, seed uint64, maxEvent int) {
		checkAnySplit(t, stream, seed, max(1, maxEvent%10_000))
	})
}

func BenchmarkNext(b *testing.B) {
	event := "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n"
	r := NewReader(&endless{event: event}, 1<<20)
	b.SetBytes(int64(len(event)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Next(); err != nil {
			b.Fatal(err)
		}
	}
}

type endless struct {
	event string
	at    int
}

func (e *endless) Read(p []byte) (n int, err error) {
	for n < len(p) {
		k := copy(p[n:], e.event[e.at:])
		n += k
		e.at = (e.at + k) % len(e.event)
	}
	return n, nil
}
