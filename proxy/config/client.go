package config

import (
	"fmt"
	"time"

	"spillway/engine"
	"spillway/proxy/form"
)

// Client is an application that may use the proxy.
type Client struct {
	// Name is unique among clients.
	Name string
	// Keys are what the client may send as its credential, none of them another client's. They never travel on to a target.
	Keys []Key
	// Policy decides for this client; "" means the default policy.
	Policy string
	// Priority is the lane of the client's requests.
	Priority engine.Priority
	// Forbid lists what no policy may do to the client's requests.
	Forbid []Floor
	// MaxWait bounds a request until its commit, beside the deadline; 0 sets no further bound.
	MaxWait time.Duration
	// Quotas are what the client may spend.
	Quotas []Quota
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

func (c *Config) readClients(r *form.Report, n *form.Node) ([]Client, bool) {
	if !r.Want(n, form.IsList) {
		return nil, false
	}
	clients := make([]Client, 0, len(n.Items))
	names, keys := map[string]int{}, map[string]int{}
	for _, item := range n.Items {
		clients = append(clients, c.readClient(r, item, names, keys))
	}
	return clients, true
}

// readClient reads one client. names and keys hold the lines of those that are taken.
func (c *Config) readClient(r *form.Report, n *form.Node, names, keys map[string]int) Client {
	client := Client{Priority: engine.Normal}
	s := form.Open(r, n)
	if name := form.Read(s, "name", &client.Name, form.ReadText); name != nil {
		form.CheckName(r, client.Name, name)
		refuseRepeat(r, name, "name", names)
	} else {
		s.Missing(n, "name", "name it for logs and metrics")
	}
	repeated := func(key *form.Node) { refuseRepeat(r, key, "key", keys) }
	one := form.Read(s, "key", &client.Keys, c.readKeys(repeated))
	var more []Key
	several := form.Read(s, "keys", &more, c.readKeys(repeated))
	client.Keys = append(client.Keys, more...)
	if one == nil && several == nil {
		s.Missing(n, "key", "give the credential that this client sends, such as ${CLIENT_KEY}")
	}
	if policy := form.Read(s, "policy", &client.Policy, form.ReadText); policy != nil {
		c.refs = append(c.refs, refTo(r, client.Policy, policy))
	}
	form.Scalar(s, "priority", &client.Priority, form.OneOf(engine.High, engine.Normal, engine.Low))
	form.Read(s, "forbid", &client.Forbid, ReadFloors)
	form.Scalar(s, "max_wait", &client.MaxWait, form.Duration)
	form.Read(s, "limits", &client.Quotas, readQuotas)
	s.Close()
	return client
}

// ReadFloors reads a list of floors.
func ReadFloors(r *form.Report, n *form.Node) ([]Floor, bool) {
	if !r.Want(n, form.IsList) {
		return nil, false
	}
	floors := make([]Floor, 0, len(n.Items))
	for _, item := range n.Items {
		if word, ok := form.ReadScalar(r, item, form.OneOf(FloorModel, FloorTrim, FloorMaxTokens, FloorTranslate, FloorTarget)); ok {
			floors = append(floors, word)
		}
	}
	return floors, true
}

// refuseRepeat reports a value that an earlier client has already. seen holds the line of each.
func refuseRepeat(r *form.Report, n *form.Node, what string, seen map[string]int) {
	if n == nil || n.Broken || n.Text == "" {
		return
	}
	if line, twice := seen[n.Text]; twice {
		r.Fault(n, form.Wrong(fmt.Sprintf("this %s is here twice", what), fmt.Sprintf("the other is on line %d", line)))
		return
	}
	seen[n.Text] = n.Line
}
