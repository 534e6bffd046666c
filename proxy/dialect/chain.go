package dialect

import (
	"bytes"
	"hash/maphash"

	"spillway/proxy/rawjson"
)

// seed makes hashes of prompts useless outside of this process.
var seed = maphash.MakeSeed()

// chain hashes a prompt message by message.
type chain struct{ hash maphash.Hash }

func newChain(c *Call) *chain {
	h := &chain{}
	h.hash.SetSeed(seed)
	for _, name := range [...]string{"tools", "system", "instructions"} {
		h.next(c.Value(name), true)
	}
	return h
}

var cacheControl = []byte(`"cache_control"`)

// next is the hash with one more part. Clients mark other blocks for the cache from turn to turn, so marks do not count; marked says
// whether there may be any.
func (h *chain) next(part []byte, marked bool) uint64 {
	for marked {
		at := bytes.Index(part, cacheControl)
		if at < 0 {
			break
		}
		value := rawjson.SkipKey(part, at)
		if value < 0 { // a text, and no key
			_, _ = h.hash.Write(part[:at+len(cacheControl)])
			part = part[at+len(cacheControl):]
			continue
		}
		before := bytes.TrimRight(part[:at], ", \n\r\t")
		_, _ = h.hash.Write(before)
		part = part[rawjson.SkipValue(part, value, 0):]
		if bytes.HasSuffix(before, []byte("{")) {
			part = bytes.TrimLeft(part, ", \n\r\t")
		}
	}
	_, _ = h.hash.Write(part)
	_ = h.hash.WriteByte(0)
	return h.hash.Sum64()
}
