package config

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"spillway/proxy/form"
)

// Sum is the SHA-256 of a key that callers show. Keys are random and long (see `spillway key`), unlike passwords, so nothing
// is gained by a slow hash, and every request would pay for it.
type Sum [sha256.Size]byte

// SumOf is the sum of a key.
func SumOf(key string) Sum { return sha256.Sum256([]byte(key)) }

// Fingerprint is the part of the sum by which people tell keys apart.
func (s Sum) Fingerprint() string { return hex.EncodeToString(s[:4]) }

// String is the sum as the configuration takes it.
func (s Sum) String() string { return sumPrefix + hex.EncodeToString(s[:]) }

// sumPrefix marks a key of which the file has only the sum, in hexadecimal.
const sumPrefix = "sha256:"

// Key is one that a caller may show. The key itself is not kept.
type Key struct {
	// Sum is zero for a key in a File until [Config.WithFiles] has read it.
	Sum Sum
	// File is the path of the file that holds the key, one a line; "" when the configuration holds it.
	File string
}

// readKeys reads one key or a list of them. It notes the nodes of the keys themselves in seen, if that is not nil.
func (c *Config) readKeys(seen func(*form.Node)) func(*form.Report, *form.Node) ([]Key, bool) {
	return func(r *form.Report, n *form.Node) (keys []Key, ok bool) {
		items := []*form.Node{n}
		if n.Kind == form.IsList {
			items = n.Items
		}
		if len(items) == 0 {
			r.Fault(n, form.Wrong("there is no key", "give at least one, or remove this"))
		}
		for _, item := range items {
			if key, ok := c.readKey(r, item); ok {
				keys = append(keys, key)
			}
			if seen != nil && item.Kind == form.IsScalar {
				seen(item)
			}
		}
		return keys, len(keys) > 0
	}
}

// readKey reads a key as text, as its sum, or as { file: PATH }.
func (c *Config) readKey(r *form.Report, n *form.Node) (key Key, ok bool) {
	if n.Kind == form.IsMapping {
		key.File = c.readKeyFile(r, n)
		return key, key.File != ""
	}
	text, ok := readSecret(r, n)
	if !ok {
		return Key{}, false
	}
	sum, problem := parseKey(text.Reveal())
	if problem != nil {
		r.Fault(n, problem)
	}
	return Key{Sum: sum}, problem == nil
}

// readKeyFile reads { file: PATH }; "" when it cannot.
func (c *Config) readKeyFile(r *form.Report, n *form.Node) (path string) {
	s := form.Open(r, n)
	file := form.Read(s, "file", &path, form.ReadText)
	if file == nil {
		s.Missing(n, "file", "name the file that holds the key")
	}
	s.Close()
	return c.refer(r, path, file)
}

func parseKey(text string) (sum Sum, p *form.Problem) {
	digits, hashed := strings.CutPrefix(text, sumPrefix)
	if !hashed {
		return SumOf(text), nil
	}
	if len(digits) != hex.EncodedLen(len(sum)) {
		return sum, form.Wrong("after sha256: there have to be 64 hexadecimal digits", "`spillway key` prints a new key and its sum")
	}
	if _, err := hex.Decode(sum[:], []byte(digits)); err != nil {
		return sum, form.Wrong("after sha256: there have to be 64 hexadecimal digits", "`spillway key` prints a new key and its sum")
	}
	return sum, nil
}
