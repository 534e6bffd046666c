package snapshot

import (
	"crypto/subtle"
	"sync/atomic"
	"time"

	"spillway/proxy/account"
	"spillway/proxy/config"
)

// Roster finds whose a key is. It is immutable but for the times at which keys were used; safe for concurrent use.
type Roster struct {
	// holders are by the first bytes of their keys' sums. A sum cannot be steered by whoever guesses keys, so that the time a
	// look-up takes tells nothing; nor does it grow with the number of clients.
	holders map[[8]byte][]*Holder
}

// Holder is a key and whose it is.
type Holder struct {
	config.Key

	Client  *config.Client   // nil for an admin's
	Account *account.Account // the client's
	used    atomic.Int64     // Unix nanoseconds; 0 = never since the start
}

// clientRoster is the roster of a configuration's clients; nil when there are none, and everybody is served.
func clientRoster(c *config.Config, previous *Roster) *Roster {
	if len(c.Clients) == 0 {
		return nil
	}
	r := &Roster{holders: map[[8]byte][]*Holder{}}
	for i := range c.Clients {
		r.add(&c.Clients[i], c.Clients[i].Keys, previous)
	}
	return r
}

// adminRoster is the roster of admin tokens; nil when none is asked for.
func adminRoster(c *config.Config, previous *Roster) *Roster {
	if len(c.AdminKeys) == 0 {
		return nil
	}
	r := &Roster{holders: map[[8]byte][]*Holder{}}
	r.add(nil, c.AdminKeys, previous)
	return r
}

// add adds a client's keys. When they were used is taken over from the roster before.
func (r *Roster) add(client *config.Client, keys []config.Key, previous *Roster) {
	for _, key := range keys {
		h := &Holder{Key: key, Client: client}
		if before := previous.find(key.Sum); before != nil {
			h.used.Store(before.used.Load())
		}
		prefix := [8]byte(key.Sum[:8])
		r.holders[prefix] = append(r.holders[prefix], h)
	}
}

// Open gives each holder its client's account. A nil roster has no holders.
func (r *Roster) Open(b *account.Book) {
	if r == nil {
		return
	}
	for _, holders := range r.holders {
		for _, h := range holders {
			h.Account = b.Account(h.Client.Name)
		}
	}
}

// find is the holder of the key with a sum; nil when nobody holds it. A nil roster has no holders.
func (r *Roster) find(sum config.Sum) *Holder {
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

// Use is who holds a key that is being used at a time; nil when nobody does.
func (r *Roster) Use(key string, now time.Time) *Holder {
	if key == "" {
		return nil
	}
	h := r.find(config.SumOf(key))
	if h != nil {
		h.used.Store(now.UnixNano())
	}
	return h
}

// Used is when the key with a sum was used last; zero when that was before the start of this process.
func (r *Roster) Used(sum config.Sum) (at time.Time) {
	if h := r.find(sum); h != nil {
		if used := h.used.Load(); used > 0 {
			at = time.Unix(0, used)
		}
	}
	return at
}
