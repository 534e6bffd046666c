package account

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"spillway/proxy/clock"
	"spillway/proxy/config"
)

var shop = []config.Client{{Name: "shop"}}

// open is a book of the one client shop that is kept in a file.
func open(t *testing.T, path string) *Book {
	t.Helper()
	b := NewBook(clock.Real{}, func(err error) { t.Log(err) })
	if err := b.Open(path); err != nil {
		t.Fatal(err)
	}
	if err := b.Configure(shop); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func spentToday(b *Book) Amount {
	return b.Account("shop").State(b.clock.Now()).Spent[2]
}

func TestBookIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "clients.db")
		b := open(t, path)
		spend(t, b.Account("shop"), Spent(100, 0.5), time.Now())
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		again := open(t, path)
		if got := spentToday(again); got != (Amount{1, 100, 500_000_000}) {
			t.Errorf("after a restart: %+v", got)
		}
		if total := again.Account("shop").State(time.Now()).Total; total != (Amount{}) {
			t.Errorf("this process spent %+v", total)
		}
	})
}

// What a crash leaves is what was there a second ago.
func TestBookSavesEverySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "clients.db")
		b := open(t, path)
		spend(t, b.Account("shop"), Spent(100, 0), time.Now())
		if got := spentToday(open(t, path)); got != (Amount{}) {
			t.Errorf("at once the file has %+v", got)
		}
		<-time.After(Pace + time.Millisecond)
		synctest.Wait()
		if got := spentToday(open(t, path)); got != (Amount{1, 100, 0}) {
			t.Errorf("a second later the file has %+v", got)
		}
	})
}

// Two processes share a file while one hands over to the other.
func TestBooksShareAFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "clients.db")
		old, young := open(t, path), open(t, path)
		spend(t, old.Account("shop"), Spent(1, 0), time.Now())
		spend(t, young.Account("shop"), Spent(10, 0), time.Now())
		for _, b := range []*Book{old, young, old} {
			if err := b.Save(); err != nil {
				t.Fatal(err)
			}
			spend(t, b.Account("shop"), Spent(100, 0), time.Now())
		}
		if err := old.Save(); err != nil {
			t.Fatal(err)
		}
		if got := spentToday(old); got != (Amount{4, 211, 0}) { // young's last 100 are not saved yet
			t.Errorf("the old one knows of %+v", got)
		}
	})
}

// A file that cannot be written loses nothing; what was spent is saved when it can be again.
func TestBookOutlivesItsDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "state")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		b := open(t, filepath.Join(dir, "clients.db"))
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		spend(t, b.Account("shop"), Spent(1, 0), time.Now())
		<-time.After(Pace + time.Millisecond)
		synctest.Wait()
		if b.Failed() == nil || spentToday(b).Tokens != 1 {
			t.Errorf("%v, %+v", b.Failed(), spentToday(b))
		}
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		<-time.After(Pace)
		synctest.Wait()
		if b.Failed() != nil || spentToday(b) != (Amount{1, 1, 0}) {
			t.Errorf("%v, %+v", b.Failed(), spentToday(b))
		}
	})
}

// A reload keeps what was spent, and changes what may be.
func TestConfigure(t *testing.T) {
	b := NewBook(clock.Real{}, nil)
	_ = b.Configure(shop)
	spend(t, b.Account("shop"), Spent(7, 0), time.Now())
	_ = b.Configure([]config.Client{{Name: "shop", Quotas: []config.Quota{{Measure: config.Tokens, Period: config.Month, Most: 7}}}, {Name: "new"}})
	if _, over := b.Account("shop").Hold(Amount{}, time.Now()); over == nil {
		t.Error("what was spent before the reload does not count")
	}
	if b.Account("new") == nil || b.Account("none") != nil || len(b.States(time.Now())) != 2 {
		t.Errorf("%+v", b.States(time.Now()))
	}
}

func TestOpenFails(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.db")
	if err := os.WriteFile(broken, []byte("this is no database, though it is long enough to be looked at"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{broken, dir, filepath.Join(dir, "none", "clients.db")} {
		if err := NewBook(clock.Real{}, nil).Open(path); err == nil {
			t.Errorf("%s was opened", path)
		} else {
			t.Log(err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`[{"Start":1,"Spent":{"Requests":1},"Before":{}},null]`))
	f.Fuzz(func(_ *testing.T, text []byte) {
		w := decode(text)
		w.roll(noon)
		w.add(Amount{Requests: 1})
		for i, p := range periods {
			w[i].used(p, noon)
			w[i].room(config.Quota{Measure: config.Requests, Period: p, Most: 1}, 1)
		}
	})
}

// What a client spent at last is kept though it is taken out of the configuration, with what its requests spend that are under way.
func TestClientsThatLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "clients.db")
		b := open(t, path)
		spend(t, b.Account("shop"), Spent(100, 0), time.Now())
		hold, over := b.Account("shop").Hold(Amount{}, time.Now())
		if over != nil {
			t.Fatal(over)
		}
		if err := b.Configure(nil); err != nil || len(b.States(time.Now())) != 0 {
			t.Fatal(err, b.States(time.Now()))
		}
		pass := func() { <-time.After(Pace + time.Millisecond); synctest.Wait() }
		pass()
		hold.Settle(Spent(30, 0), time.Now())
		pass()
		if got := spentToday(open(t, path)); got != (Amount{2, 130, 0}) {
			t.Errorf("the file has %+v", got)
		}
		pass()
		if len(b.leaving) > 0 {
			t.Errorf("%d accounts are leaving still", len(b.leaving))
		}
	})
}

// A configuration that is rejected, since the file cannot be read, changes no limit.
func TestARejectedConfigurationChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clients.db")
	b := open(t, path)
	if err := os.WriteFile(path, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	clients := []config.Client{{Name: "shop", Quotas: []config.Quota{{Measure: config.Requests, Period: config.Day, Most: 0}}}, {Name: "new"}}
	if err := b.Configure(clients); !errors.Is(err, ErrDamaged) {
		t.Fatal(err)
	}
	if b.Account("new") != nil {
		t.Error("a new client is there")
	}
	if _, over := b.Account("shop").Hold(Amount{}, time.Now()); over != nil {
		t.Errorf("the new limit holds: %+v", over)
	}
}
