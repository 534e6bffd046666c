package replay

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"spillway/engine"
)

// longest bounds a line of a log, in bytes.
const longest = 16 << 20

// Reader reads a decision log, line by line. One goroutine uses it.
type Reader struct {
	from *bufio.Reader
	line int
}

// NewReader reads from r.
func NewReader(r io.Reader) *Reader { return &Reader{from: bufio.NewReaderSize(r, 64<<10)} }

// BadLine is a line that is none of a decision log. The lines after it can be read.
type BadLine struct {
	// Number counts from 1.
	Number int
	// Why says what is wrong with it.
	Why string
	// Last says that it is the end of the file and has no end of its own, as when it is still being written.
	Last bool
}

// Error implements error.
func (b *BadLine) Error() string { return fmt.Sprintf("line %d: %s", b.Number, b.Why) }

// Next is the next line that is not empty; io.EOF after the last. An error of type [*BadLine] is about one line alone.
func (r *Reader) Next() (Line, error) {
	for {
		text, tooLong, err := r.text()
		if len(text) == 0 && !tooLong && err != nil {
			return Line{}, err
		}
		r.line++
		last := errors.Is(err, io.EOF)
		switch text = bytes.TrimSpace(text); {
		case tooLong:
			return Line{}, &BadLine{r.line, fmt.Sprintf("it is longer than %d MiB", longest>>20), last}
		case len(text) == 0:
			continue
		}
		line, err := parse(text)
		if err != nil {
			return Line{}, &BadLine{r.line, err.Error(), last}
		}
		return line, nil
	}
}

// text is one line; what is beyond the longest is skipped.
func (r *Reader) text() (line []byte, tooLong bool, err error) {
	for {
		part, err := r.from.ReadSlice('\n')
		if tooLong = tooLong || len(line)+len(part) > longest; !tooLong {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}

func parse(text []byte) (Line, error) {
	var line Line
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&line); err != nil {
		return Line{}, fmt.Errorf("it is no line of a decision log: %w", err)
	}
	switch e, d := line.Environment, line.Decision; {
	case decoder.More():
		return Line{}, errors.New("something follows its end")
	case (e == nil) == (d == nil):
		return Line{}, errors.New("it is neither an environment nor a decision")
	case e != nil && e.Revision == "", d != nil && (d.ID == "" || d.Policy == "" || d.Revision == "" || d.Outcome == ""):
		return Line{}, errors.New("it lacks an id, policy, revision or outcome")
	case d != nil && (d.Outcome == engine.OutcomeDecided) != (d.Action != nil):
		return Line{}, errors.New("its outcome and its action contradict each other")
	}
	return line, nil
}
