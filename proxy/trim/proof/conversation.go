package proof

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
)

// mark stands in a generated message where its client may set a mark for the cache.
const mark = "\x00"

// cacheControl is a mark.
const cacheControl = `,"cache_control":{"type":"ephemeral"}`

// Conversation is a well-formed one, as a client sends it again and again while it grows.
type Conversation struct {
	// Chat says that it is in OpenAI's dialect.
	Chat bool
	// Moves says that its client marks the newest message for the cache, so that old messages do not keep their bytes.
	Moves bool

	head, tail, gap string
	messages        []string
	asks            []int // how many messages each request has
	known           reader
	frame           *frame // of all requests; nil before the first
}

// Read reads a body that is made of the conversation's messages, or of what is left of them.
func (c *Conversation) Read(body []byte) (*Request, error) { return c.known.read(body) }

// New makes a conversation. The same seed makes the same.
func New(seed uint64, chat bool) *Conversation {
	w := &writer{r: rand.New(rand.NewPCG(seed, 1))}
	w.gap = pick(w, "", "", " ", "\n  ")
	c := &Conversation{Chat: chat, gap: w.gap, known: reader{}}
	turns := w.r.IntN(4)
	if w.chance(5) {
		turns = 5 + w.r.IntN(12)
	}
	if chat {
		w.openAI(c, turns)
	} else {
		w.anthropic(c, turns)
	}
	return c
}

// ask notes that the client asks for an answer to what has been said so far.
func (c *Conversation) ask() {
	if n := len(c.messages); n > 0 && (len(c.asks) == 0 || c.asks[len(c.asks)-1] != n) {
		c.asks = append(c.asks, n)
	}
}

func (c *Conversation) say(messages ...string) { c.messages = append(c.messages, messages...) }

// Requests are a conversation's, in their order. Each has the messages of the one before, and more.
func (c *Conversation) Requests() iter.Seq2[*Request, error] {
	return func(yield func(*Request, error) bool) {
		for _, n := range c.asks {
			if !yield(c.request(n)) {
				return
			}
		}
	}
}

// Last is the last request.
func (c *Conversation) Last() (*Request, error) { return c.request(c.asks[len(c.asks)-1]) }

func (c *Conversation) request(n int) (*Request, error) {
	said := append([]string(nil), c.messages[:n]...)
	for i := n - 1; i >= 0 && c.Moves; i-- {
		if strings.Contains(said[i], mark) {
			said[i] = strings.Replace(said[i], mark, cacheControl, 1)
			break
		}
	}
	for i := range said {
		said[i] = strings.ReplaceAll(said[i], mark, "")
	}
	return c.with(said)
}

// with is a request of the conversation with other messages.
func (c *Conversation) with(messages []string) (*Request, error) {
	body := c.head + `"messages":[` + c.gap + strings.Join(messages, c.gap+","+c.gap) + c.gap + `]` + c.tail
	if c.frame == nil {
		c.frame = &frame{}
		if err := json.Unmarshal([]byte(body), c.frame); err != nil {
			return nil, fmt.Errorf("read a generated request: %w", err)
		}
	}
	r := &Request{Body: []byte(body), frame: *c.frame}
	r.Messages = nil
	for _, m := range messages {
		r.Messages = append(r.Messages, json.RawMessage(m))
	}
	return r, c.known.open(r)
}
