package account

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"spillway/proxy/clock"
)

// However a file is damaged, opening it is an error at worst, and soon: never the end of the process.
func TestDamagedFiles(t *testing.T) {
	good := filepath.Join(t.TempDir(), "good.db")
	b := open(t, good)
	for range 50 {
		spend(t, b.Account("shop"), Spent(100, 0.5), time.Now())
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	damaged := map[string][]byte{"no database": []byte("hello"), "zeros": make([]byte, len(text)), "nothing but text": make([]byte, 3*page)}
	for i := range damaged["nothing but text"] {
		damaged["nothing but text"][i] = 'x'
	}
	for n := 1; n < len(text); n += page / 2 {
		damaged[fmt.Sprintf("cut to %d", n)] = text[:n]
	}
	for at := 0; at < len(text); at += page {
		flipped := append([]byte(nil), text...)
		for i := at; i < min(at+page, len(text)); i++ {
			flipped[i] ^= 0xff
		}
		damaged[fmt.Sprintf("page %d flipped", at/page)] = flipped
	}
	told := 0
	for name, text := range damaged {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "clients.db")
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			b := NewBook(clock.Real{}, func(error) {})
			err := b.Open(path)
			if err == nil {
				err = b.Configure(shop)
			}
			if err != nil && !errors.Is(err, ErrDamaged) {
				t.Error(err)
			}
			if err != nil {
				told++
			}
			_ = b.Close()
		})
	}
	if told < len(damaged)/2 {
		t.Errorf("%d of %d are told of", told, len(damaged))
	}
}
