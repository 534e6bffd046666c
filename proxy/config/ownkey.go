package config

import (
	"fmt"
	"slices"

	"spillway/proxy/form"
	"spillway/proxy/gate"
)

// OwnKey is a credential of a target's own.
type OwnKey struct {
	Secret
	// Fingerprint is what people and metrics tell it by. It gives nothing of it away.
	Fingerprint string
	// File is the path of the file whose keys, one a line, stand in the place of this one once [Config.WithFiles] has read it;
	// "" for a key.
	File string
}

// NewOwnKey is the key of a value.
func NewOwnKey(value string) OwnKey {
	return OwnKey{Secret: Conceal(value), Fingerprint: SumOf(value).Fingerprint()}
}

// callerKey is the `key` that forwards the caller's own credential.
const callerKey = "client"

// HasKey says whether the target has a credential of its own.
func (t *Target) HasKey() bool { return len(t.Keys) > 0 }

// Fingerprints are those of the target's own keys, in their order.
func (t *Target) Fingerprints() []string {
	names := make([]string, len(t.Keys))
	for i, key := range t.Keys {
		names[i] = key.Fingerprint
	}
	return names
}

// readOwnKeys reads a target's `key`, or `keys` and their `key_order`.
func (c *Config) readOwnKeys(r *form.Report, s *form.Section, t *Target) {
	var one OwnKey
	single := form.Read(s, "key", &one, c.readOwnKey)
	several := form.Read(s, "keys", &t.Keys, c.listOwnKeys)
	order := form.Scalar(s, "key_order", &t.KeyOrder, form.OneOf(gate.LeastLoaded, gate.InOrder))
	t.Explicit = single != nil || several != nil
	switch {
	case single != nil && several != nil:
		r.Fault(several, form.Wrong("there is a `key` too", "put all of them into `keys`"))
	case one.Reveal() == callerKey:
		t.ForwardCaller = true
	case one.Reveal() != "" || one.File != "":
		t.Keys = []OwnKey{one}
	}
	if order != nil && several == nil {
		r.Fault(order, form.Wrong("there are no `keys` to put in an order", "remove it, or list several `keys`"))
	}
}

// readOwnKey reads a key as text, or as { file: PATH }.
func (c *Config) readOwnKey(r *form.Report, n *form.Node) (OwnKey, bool) {
	if n.Kind == form.IsMapping {
		path := c.readKeyFile(r, n)
		return OwnKey{File: path}, path != ""
	}
	secret, ok := readSecret(r, n)
	return NewOwnKey(secret.Reveal()), ok
}

func (c *Config) listOwnKeys(r *form.Report, n *form.Node) ([]OwnKey, bool) {
	if !r.Want(n, form.IsList) {
		return nil, false
	}
	if len(n.Items) == 0 {
		r.Fault(n, form.Wrong("there is no key", "list at least one, such as ${ANTHROPIC_API_KEY}"))
	}
	keys := make([]OwnKey, 0, len(n.Items))
	for _, item := range n.Items {
		key, ok := c.readOwnKey(r, item)
		if !ok {
			continue
		}
		first := slices.Index(keys, key)
		switch {
		case key.Reveal() == callerKey:
			r.Fault(item, form.Wrong("the caller's own credential cannot be one of several", "write `key: client`, in place of `keys`"))
		case first >= 0:
			r.Fault(item, form.Wrong(fmt.Sprintf("this is the same key as number %d of the list", first+1), "list each once"))
		default:
			keys = append(keys, key)
		}
	}
	return keys, len(keys) > 0
}
