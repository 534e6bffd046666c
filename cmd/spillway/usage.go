package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"spillway/engine/nearest"
	"spillway/proxy/snapshot"
)

// usageError is a command line that parses and yet makes no sense.
type usageError struct{ error }

var (
	unexpectedArgument = regexp.MustCompile(`^unexpected argument (\S+)`)
	missingArguments   = regexp.MustCompile(`^expected "(.*)"$`)
	noDuration         = regexp.MustCompile(`^(--\S+): expected duration but got (".*"): .*$`)
)

// misuse says what is wrong with a command line that does not parse, and where help is.
func misuse(parser *kong.Kong, args []string, err error) string {
	message, command := err.Error(), ""
	parse, ok := errors.AsType[*kong.ParseError](err)
	if ok && parse.Context.Selected() != nil && slices.Contains(args, parse.Context.Selected().Name) {
		command = parse.Context.Selected().Name + " "
	}
	if word := unexpectedArgument.FindStringSubmatch(message); word != nil {
		message = fmt.Sprintf("%stakes no argument %q", command, word[1])
		if command == "" {
			message = fmt.Sprintf("there is no command %q%s", word[1], meantCommand(word[1], parser.Model.Node))
		}
	}
	if missing := missingArguments.FindStringSubmatch(message); missing != nil {
		message = command + "needs " + missing[1]
	}
	if flag := noDuration.FindStringSubmatch(message); flag != nil {
		message = fmt.Sprintf("%s: %s is no duration, such as 30s or 1m30s", flag[1], flag[2])
	}
	return fmt.Sprintf("%s\nrun spillway %s--help to see what there is", message, command)
}

func meantCommand(word string, root *kong.Node) string {
	names := make([]string, 0, len(root.Children))
	for _, command := range root.Children {
		names = append(names, command.Name)
	}
	if near := nearest.Name(word, names); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return "; there are " + strings.Join(names, ", ")
}

// given looks at what an argument or a flag names, which is meant to be a thing of a kind. That nothing is there is a mistake of
// the command line, whatever the command.
func given(kind, path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	shown := snapshot.AsWritten(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, usageError{fmt.Errorf("there is no %s %s%s", kind, shown, similar(shown))}
	case err != nil:
		return nil, usageError{err}
	}
	return info, nil
}

// givenFile is [given] for what is read as a file: anything but a folder.
func givenFile(kind, path string) error {
	info, err := given(kind, path)
	if err == nil && info.IsDir() {
		err = usageError{fmt.Errorf("%s is a folder, not a %s", snapshot.AsWritten(path), kind)}
	}
	return err
}

// similar is a hint at the name beside a path that was probably meant; "" when none is like it.
func similar(path string) string {
	entries, _ := os.ReadDir(filepath.Dir(path)) // without a folder there is nothing like it
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if near := nearest.Name(filepath.Base(path), names); near != "" {
		return fmt.Sprintf("; did you mean %s?", filepath.Join(filepath.Dir(path), near))
	}
	return ""
}
