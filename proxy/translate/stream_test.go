package translate_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"spillway/proxy/dialect"
	"spillway/proxy/sse"
	"spillway/proxy/translate"
)

// The files of a golden of streams: first "message.sse" or "completion.sse", which the target sends (with ".crlf" behind it: with
// such ends of lines), "request" what it was asked where that matters; then the other, which the caller gets until it is over, and
// "failed" if it does not end well.
func TestStreams(t *testing.T) {
	given := []string{"message.sse", "completion.sse", "completion.sse.crlf", "request", "target"}
	isOutcome["message.sse"], isOutcome["completion.sse"] = true, true
	eachGolden(t, "streams", given, func(t *testing.T, g golden) []txtar.File {
		if text, ok := g.given["completion.sse.crlf"]; ok {
			g.given["completion.sse"] = strings.ReplaceAll(text, "\n", "\r\n")
		}
		text, caller, told := g.answered(".sse")
		got, err := follow(across(t, g, caller), strings.NewReader(text))
		files := []txtar.File{{Name: told, Data: bytes.ReplaceAll(got, []byte("\r"), nil)}}
		if err != nil {
			files = append(files, txtar.File{Name: "failed", Data: []byte(err.Error() + "\n")})
		}
		return files
	})
}

var (
	errTargetFailed = errors.New("the target says that it failed")
	errBrokeOff     = errors.New("the stream broke off")
)

// follow tells a stream as the loop does.
func follow(tr *translate.Translation, r io.Reader) (told []byte, err error) {
	events := sse.NewReader(r, 1<<20)
	defer events.Release()
	watch := dialect.NewWatch(tr.Call.API, tr.Call.Endpoint)
	stream := tr.Stream(home)
	for {
		event, err := events.Next()
		switch {
		case err != nil && !watch.Complete():
			return told, errBrokeOff
		case err != nil:
			return stream.End(told)
		case watch.Step(event) == dialect.Failure:
			return told, errTargetFailed
		}
		if told, err = stream.Step(told, event); err != nil {
			return told, err
		}
	}
}
