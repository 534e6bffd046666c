package proxy

import (
	"crypto/subtle"
	"sync/atomic"
	"time"

	"spillway/engine"
	"spillway/proxy/account"
	"spillway/proxy/config"
	"spillway/proxy/dialect"
)

// roster finds whose a key is. It is immutable but for the times at which keys were used; safe for concurrent use.
type roster struct {
	// holders are by the first bytes of their keys' sums. A sum cannot be steered by whoever guesses keys, so that the time a
	// look-up takes tells nothing; nor does it grow with the number of clients.
	holders map[[8]byte][]*holder
}

// holder is a key and whose it is.
type holder struct {
	config.Key
	client  *config.Client   // nil for an admin's
	account *account.Account // the client's
	used    atomic.Int64     // Unix nanoseconds; 0 = never since the start
}

// clientRoster is the roster of a configuration's clients; nil when there are none, and everybody is served.
func clientRoster(c *config.Config, previous *roster) *roster {
	if len(c.Clients) == 0 {
		return nil
	}
	r := &roster{holders: map[[8]byte][]*holder{}}
	for i := range c.Clients {
		r.add(&c.Clients[i], c.Clients[i].Keys, previous)
	}
	return r
}

// adminRoster is the roster of admin tokens; nil when none is asked for.
func adminRoster(c *config.Config, previous *roster) *roster {
	if len(c.AdminKeys) == 0 {
		return nil
	}
	r := &roster{holders: map[[8]byte][]*holder{}}
	r.add(nil, c.AdminKeys, previous)
	return r
}

// add adds a client's keys. When they were used is taken over from the roster before.
func (r *roster) add(client *config.Client, keys []config.Key, previous *roster) {
	for _, key := range keys {
		h := &holder{Key: key, client: client}
		if before := previous.find(key.Sum); before != nil {
			h.used.Store(before.used.Load())
		}
		prefix := [8]byte(key.Sum[:8])
		r.holders[prefix] = append(r.holders[prefix], h)
	}
}

// open gives each holder its client's account. A nil roster has no holders.
func (r *roster) open(b *account.Book) {
	if r == nil {
		return
	}
	for _, holders := range r.holders {
		for _, h := range holders {
			h.account = b.Account(h.client.Name)
		}
	}
}

// find is the holder of the key with a sum; nil when nobody holds it. A nil roster has no holders.
func (r *roster) find(sum config.Sum) *holder {
	if r == nil {
		return nil
	}
	for _, h := range r.holders[[8]byte(sum[:8])] {
		if subtle.ConstantTimeCompare(h.Sum[:], sum[:]) == 1 {
			return h
		}
	}
	return nil
}

// use is [roster.find] for a key that is being used at a time.
func (r *roster) use(key string, now time.Time) *holder {
	if key == "" {
		return nil
	}
	h := r.find(config.SumOf(key))
	if h != nil {
		h.used.Store(now.UnixNano())
	}
	return h
}

// identify finds the client by its key, in whichever header it came. Of two different ones either may be known.
func (a *arrival) identify() *refusal {
	for _, api := range [...]engine.API{engine.Anthropic, engine.OpenAI} {
		if holder := a.snapshot.clients.use(dialect.Credential(api, a.header), a.began); holder != nil {
			a.client, a.account = holder.client, holder.account
			return nil
		}
	}
	return &refusal{401, engine.ReasonAuth, "this proxy needs a client key, in x-api-key or Authorization: Bearer, and got none that it knows"}
}
