package demo

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// screen is where the demo is shown: a terminal on which a frame is redrawn in place, or plain lines.
type screen struct {
	out   io.Writer
	live  bool
	paint paint
	drawn int // lines of the last frame, which the next one covers
}

// newScreen draws in place only on a terminal that is high enough, and in colour only if NO_COLOR is not set.
func newScreen(out io.Writer) *screen {
	s := &screen{out: out}
	file, ok := out.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" || !term.IsTerminal(int(file.Fd())) {
		return s
	}
	_, height, err := term.GetSize(int(file.Fd()))
	s.live = err == nil && height > frameHeight
	s.paint.on = os.Getenv("NO_COLOR") == ""
	return s
}

// Control sequences: no cursor and no wrapping while frames are redrawn.
const (
	enter       = "\x1b[?25l\x1b[?7l"
	leave       = "\x1b[?7h\x1b[?25h"
	restOfLine  = "\x1b[K"
	restOfFrame = "\x1b[J"
)

// every is how often the screen wants a scene.
func (s *screen) every() time.Duration {
	if s.live {
		return redraw
	}
	return report
}

func (s *screen) introduce(now scene) {
	if s.live {
		s.write(enter)
		s.show(now)
		return
	}
	s.write(fmt.Sprintf("Spillway demo: two simulated targets go through an overload; %d clients send every request twice,\n", clients))
	s.write("through Spillway and without it. In a browser: " + now.dashboard + "\n")
	s.write("The share of answers that were ok so far:\n")
}

func (s *screen) show(now scene) {
	if s.live {
		s.draw(now.frame(s.paint))
		return
	}
	s.write(now.line() + "\n")
}

// conclude shows the last scene and what it all came to.
func (s *screen) conclude(last scene) {
	frame := append(append(last.frame(s.paint), ""), last.verdict(s.paint)...)
	if s.live {
		s.draw(frame)
		return
	}
	s.write("\n" + strings.Join(frame, "\n") + "\n")
}

// draw covers the last frame.
func (s *screen) draw(lines []string) {
	var b strings.Builder
	if s.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r", s.drawn)
	}
	for _, line := range lines {
		b.WriteString(line + restOfLine + "\n")
	}
	b.WriteString(restOfFrame)
	s.write(b.String())
	s.drawn = len(lines)
}

// leave gives the terminal back as it was.
func (s *screen) leave() {
	if s.live {
		s.write(leave)
	}
}

// write cannot help what the screen does not take.
func (s *screen) write(text string) { _, _ = io.WriteString(s.out, text) }

// paint colours text for a terminal; the zero value leaves it plain.
type paint struct{ on bool }

func (p paint) red(text string) string    { return p.as("31", text) }
func (p paint) green(text string) string  { return p.as("32", text) }
func (p paint) yellow(text string) string { return p.as("33", text) }
func (p paint) dim(text string) string    { return p.as("2", text) }
func (p paint) bold(text string) string   { return p.as("1", text) }

func (p paint) as(code, text string) string {
	if !p.on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
