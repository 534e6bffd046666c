package hangup

import (
	"io"
	"net"
	"testing"
	"time"
)

// pair is two ends of one TCP connection.
func pair(t *testing.T) (client, server *net.TCPConn) {
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
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.Close() })
	return c.(*net.TCPConn), s.(*net.TCPConn)
}

func TestHangUpFires(t *testing.T) {
	for name, leave := range map[string]func(*net.TCPConn){
		"closed": func(c *net.TCPConn) { c.Close() },
		"reset":  func(c *net.TCPConn) { c.SetLinger(0); c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			w := New()
			defer w.Close()
			client, server := pair(t)
			v := w.Enter(server, "a")
			gone := make(chan struct{})
			v.Gone.OnFire(func() { close(gone) })
			leave(client)
			select {
			case <-gone:
			case <-time.After(10 * time.Second):
				t.Fatal("the hang-up was not noticed")
			}
			v.Leave()
			if n := w.Open(); n != 0 {
				t.Errorf("open = %d after Leave, want 0", n)
			}
		})
	}
}

func TestWaitingClientIsNotGone(t *testing.T) {
	w := &Watcher{}
	client, server := pair(t)
	v := w.Enter(server, "a")
	if v.hungUp() {
		t.Error("a silent client counts as gone")
	}
	if _, err := client.Write([]byte("pipelined")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1)
	if _, err := io.ReadFull(server, b); err != nil {
		t.Fatal(err)
	}
	if v.hungUp() {
		t.Error("a client that has sent more counts as gone")
	}
}

func TestCutAll(t *testing.T) {
	w := &Watcher{}
	client, server := pair(t)
	v := w.Enter(server, "a")
	if ids := w.CutAll(); len(ids) != 1 || ids[0] != "a" || !v.Gone.Fired() || !v.Cut() {
		t.Errorf("CutAll = %v, gone = %v, cut = %v", ids, v.Gone.Fired(), v.Cut())
	}
	w.CloseAll()
	if _, err := client.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is still open")
	}
	v.Leave()
	v.Leave()
	if n := w.Open(); n != 0 {
		t.Errorf("open = %d, want 0", n)
	}
}

func TestLeaveKeepsTheOthers(t *testing.T) {
	w := &Watcher{}
	_, server := pair(t)
	var visits []*Visit
	for range 100 {
		visits = append(visits, w.Enter(server, "a"))
	}
	for i, v := range visits {
		if i%3 != 0 {
			v.Leave()
		}
	}
	if n := w.Open(); n != 34 {
		t.Errorf("open = %d, want 34", n)
	}
	if n := len(w.where(func(*Visit) bool { return true })); n != 34 {
		t.Errorf("listed = %d, want 34", n)
	}
}
