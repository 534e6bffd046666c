package demo

import (
	"strings"
	"testing"
)

func TestDrawCoversTheLastFrame(t *testing.T) {
	var out strings.Builder
	s := &screen{out: &out, live: true}
	s.draw([]string{"one", "two", "three"})
	s.draw([]string{"four"})
	want := "one\x1b[K\ntwo\x1b[K\nthree\x1b[K\n\x1b[J" + "\x1b[3A\r" + "four\x1b[K\n\x1b[J"
	if out.String() != want {
		t.Errorf("drew %q, want %q", out.String(), want)
	}
}

func TestPaintOnlyWhenOn(t *testing.T) {
	if got := (paint{}).red("x"); got != "x" {
		t.Errorf("plain paint gave %q", got)
	}
	if got := (paint{on: true}).red("x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("paint gave %q", got)
	}
}
