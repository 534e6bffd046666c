package config

import (
	"fmt"
	"time"

	"spillway/engine"
)

// Client is an application that may use the proxy.
type Client struct {
	// Name is unique among clients.
	Name string
	// Key is what the client sends as its credential, unique among clients. It never travels on to a target.
	Key Secret
	// Policy decides for this client; "" means the default policy.
	Policy string
	// Priority is the lane of the client's requests.
	Priority engine.Priority
	// Forbid lists what no policy may do to the client's requests.
	Forbid []Floor
	// MaxWait bounds a request until its commit, beside the deadline; 0 sets no further bound.
	MaxWait time.Duration
}

// Floor is a word for something that a caller can forbid.
type Floor string

// The floors.
const (
	FloorModel     Floor = "model"      // another model than the one asked for
	FloorTrim      Floor = "trim"       // less history
	FloorMaxTokens Floor = "max_tokens" // a shorter answer
	FloorTranslate Floor = "translate"  // a target of another dialect
	FloorTarget    Floor = "target"     // any but the first target
)

func (c *Config) readClients(r *report, n *node) ([]Client, bool) {
	if !r.want(n, isList) {
		return nil, false
	}
	clients := make([]Client, 0, len(n.items))
	names, keys := map[string]int{}, map[string]int{}
	for _, item := range n.items {
		client, name, key := c.readClient(r, item)
		refuseRepeat(r, name, "name", names)
		refuseRepeat(r, key, "key", keys)
		clients = append(clients, client)
	}
	return clients, true
}

func (c *Config) readClient(r *report, n *node) (client Client, name, key *node) {
	client.Priority = engine.Normal
	s := openSection(r, n)
	if name = read(s, "name", &client.Name, readText); name != nil {
		checkName(r, client.Name, name)
	} else {
		s.missing(n, "name", "name it for logs and metrics")
	}
	if key = read(s, "key", &client.Key, readSecret); key == nil {
		s.missing(n, "key", "give the credential that this client sends, such as ${CLIENT_KEY}")
	}
	if policy := read(s, "policy", &client.Policy, readText); policy != nil {
		c.refs = append(c.refs, r.ref(client.Policy, policy))
	}
	scalar(s, "priority", &client.Priority, oneOf(engine.High, engine.Normal, engine.Low))
	read(s, "forbid", &client.Forbid, readFloors)
	scalar(s, "max_wait", &client.MaxWait, parseDuration)
	s.close()
	return client, name, key
}

func readFloors(r *report, n *node) ([]Floor, bool) {
	if !r.want(n, isList) {
		return nil, false
	}
	floors := make([]Floor, 0, len(n.items))
	for _, item := range n.items {
		if word, ok := readScalar(r, item, oneOf(FloorModel, FloorTrim, FloorMaxTokens, FloorTranslate, FloorTarget)); ok {
			floors = append(floors, word)
		}
	}
	return floors, true
}

// refuseRepeat reports a value that an earlier client has already. seen holds the line of each.
func refuseRepeat(r *report, n *node, what string, seen map[string]int) {
	if n == nil || n.broken || n.text == "" {
		return
	}
	if line, twice := seen[n.text]; twice {
		r.fault(n, &problem{fmt.Sprintf("another client has this %s", what), fmt.Sprintf("the other is on line %d", line)})
		return
	}
	seen[n.text] = n.line
}
