package deadline

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// pair is a connection, and its other side.
func pair(t *testing.T) (*Conn, *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	other, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(); _ = other.Close() })
	return New(c.(*net.TCPConn)), other.(*net.TCPConn)
}

// counted counts how often a limit's timer is set.
func counted(l *limit) *int {
	n, arm := 0, l.arm
	l.arm = func(t time.Time) error { n++; return arm(t) }
	return &n
}

func TestALaterDeadlineCostsNothing(t *testing.T) {
	c, _ := pair(t)
	set := counted(&c.read)
	for n := range 100 {
		if err := errors.Join(c.SetReadDeadline(time.Now().Add(time.Hour+time.Duration(n)*time.Second)), c.SetReadDeadline(time.Time{})); err != nil {
			t.Fatal(err)
		}
	}
	if *set != 1 {
		t.Errorf("the timer was set %d times", *set)
	}
}

func TestATimerThatFiresEarlyIsNotSeen(t *testing.T) {
	for name, wanted := range map[string]time.Time{"none": {}, "later": time.Now().Add(time.Hour)} {
		c, other := pair(t)
		_ = c.SetDeadline(time.Now().Add(-time.Second))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("%s: past: %v", name, err)
		}
		_ = c.SetDeadline(wanted)
		if _, err := c.Write([]byte("question")); err != nil {
			t.Errorf("%s: write: %v", name, err)
		}
		_, _ = other.Write([]byte("answer"))
		b := make([]byte, 6)
		if _, err := io.ReadFull(c, b); err != nil || string(b) != "answer" {
			t.Errorf("%s: read %q, %v", name, b, err)
		}
	}
}

func TestAnEarlierDeadlineEndsAReadUnderWay(t *testing.T) {
	c, _ := pair(t)
	_ = c.SetReadDeadline(time.Now().Add(time.Hour))
	ended := make(chan error)
	go func() {
		_, err := c.Read(make([]byte, 1))
		ended <- err
	}()
	_ = c.SetDeadline(time.Unix(1, 0))
	if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
}

func TestAsk(t *testing.T) {
	for name, body := range map[string][]byte{"nothing more": nil, "short": []byte("body"), "long": bytes.Repeat([]byte("body"), 4<<20)} {
		c, other := pair(t)
		go func() {
			_, _ = io.ReadFull(other, make([]byte, 4+len(body)))
			_, _ = other.Write([]byte("answer"))
		}()
		if err := c.Ask([]byte("head"), body); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b := make([]byte, 6)
		if _, err := io.ReadFull(c, b); err != nil || string(b) != "answer" {
			t.Errorf("%s: read %q, %v", name, b, err)
		}
	}
}

func TestAskEnds(t *testing.T) {
	t.Run("at its deadline", func(t *testing.T) {
		c, _ := pair(t)
		_ = c.SetDeadline(time.Now().Add(10 * time.Millisecond))
		if err := c.Ask([]byte("head"), nil); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
	})
	t.Run("not before", func(t *testing.T) {
		c, other := pair(t)
		_ = c.SetDeadline(time.Now().Add(10 * time.Millisecond))
		_ = c.SetReadDeadline(time.Time{})
		takenBack, arm := make(chan struct{}), c.read.arm
		c.read.arm = func(t time.Time) error { defer close(takenBack); return arm(t) }
		asked := make(chan error)
		go func() { asked <- c.Ask([]byte("head"), nil) }()
		<-takenBack
		_, _ = other.Write([]byte("answer"))
		if err := <-asked; err != nil {
			t.Error(err)
		}
	})
	t.Run("with the other side", func(t *testing.T) {
		c, other := pair(t)
		_ = other.Close()
		if err := c.Ask([]byte("head"), nil); err != nil {
			return // it heard of it already
		}
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("read from nobody")
		}
	})
}

func TestQuiet(t *testing.T) {
	c, other := pair(t)
	if !c.Quiet() {
		t.Error("an idle connection is not quiet")
	}
	_ = other.Close()
	_, _ = c.tcp.Read(make([]byte, 1)) // until its end has come
	if c.Quiet() {
		t.Error("a closed connection is quiet")
	}
}

func TestALongWriteArrivesWhole(t *testing.T) {
	c, other := pair(t)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	go func() {
		_, _ = c.Write(sent)
		_ = c.CloseWrite()
	}()
	if got, err := io.ReadAll(other); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes arrived, %v", len(got), len(sent), err)
	}
}

// TestErrorsAreThoseOfTheNet are told apart by those who resend what a connection gone stale did not take.
func TestErrorsAreThoseOfTheNet(t *testing.T) {
	t.Run("the end", func(t *testing.T) {
		c, other := pair(t)
		_ = other.CloseWrite()
		if _, err := c.Read(make([]byte, 1)); err != io.EOF { // as readers compare it
			t.Error(err)
		}
	})
	t.Run("reset", func(t *testing.T) {
		c, other := pair(t)
		_ = other.SetLinger(0)
		_ = other.Close()
		var op *net.OpError
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) || !errors.As(err, &op) || op.Timeout() {
			t.Error(err)
		}
		if _, err := c.Write([]byte("question")); !errors.As(err, &op) || op.Timeout() {
			t.Error(err)
		}
	})
	t.Run("closed", func(t *testing.T) {
		c, _ := pair(t)
		_ = c.Close()
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		if _, err := c.Write([]byte("question")); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}
