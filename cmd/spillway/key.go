package main

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"spillway/proxy/config"
)

// keyPrefix lets people and scanners of leaked secrets tell what a key is for.
const keyPrefix = "sk-spillway-"

type keyCommand struct {
	Sum  bool `help:"Read a key from standard input instead, and print its sum."`
	JSON bool `name:"json" help:"Print as JSON."`
}

// newKey is what the command prints.
type newKey struct {
	Key string `json:"key,omitempty"`
	// Sum is what goes into the configuration.
	Sum string `json:"sum"`
	// Fingerprint is how the admin API and the dashboard call the key.
	Fingerprint string `json:"fingerprint"`
}

// Run makes a key of 256 random bits, which nobody guesses: its plain SHA-256 is as good as secret.
func (c *keyCommand) Run(out output) error {
	var k newKey
	var text string
	if c.Sum {
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the key: %w", err)
		}
		if text = strings.TrimSpace(line); text == "" {
			return errors.New("there is no key on standard input")
		}
	} else {
		var random [32]byte
		_, _ = rand.Read(random[:]) // which never fails
		text = keyPrefix + base64.RawURLEncoding.EncodeToString(random[:])
		k.Key = text
	}
	sum := config.SumOf(text)
	k.Sum, k.Fingerprint = sum.String(), sum.Fingerprint()
	if c.JSON {
		if err := json.NewEncoder(out).Encode(k); err != nil {
			return fmt.Errorf("print the key: %w", err)
		}
		return nil
	}
	lines := "sum: " + k.Sum + "\n"
	if k.Key != "" {
		lines = "key: " + k.Key + "\n" + lines
	}
	if _, err := io.WriteString(out, lines); err != nil {
		return fmt.Errorf("print the key: %w", err)
	}
	return nil
}
