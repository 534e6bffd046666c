package translate

import (
	"bytes"
	"hash/maphash"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/tidwall/gjson"

	"spillway/proxy/rawjson"
)

// Signatures remembers which signatures on thinking are none to a model that checks them: those that other models wrote. It
// keeps hashes only, and its memory is bounded. The zero value remembers none. It is safe for concurrent use.
//
// Without it a conversation that another model took over for a turn would be refused for the rest of its life.
type Signatures struct {
	mu      sync.Mutex
	foreign *simplelru.LRU[uint64, struct{}] // nil until the first
}

// rememberedSignatures is how many are kept: some 2 MB.
const rememberedSignatures = 20_000

var signatureSeed = maphash.MakeSeed()

// LearnEvent takes the data of one event of a Messages stream that a model wrote whose signatures are foreign.
func (s *Signatures) LearnEvent(data []byte) {
	if !bytes.Contains(data, []byte(`signature`)) && !bytes.Contains(data, []byte(`redacted_thinking`)) {
		return
	}
	doc := gjson.ParseBytes(data)
	s.learn(doc.Get("delta.signature"))
	s.learnBlock(doc.Get("content_block"))
}

// LearnWhole does so with a whole message.
func (s *Signatures) LearnWhole(message []byte) {
	gjson.GetBytes(message, "content").ForEach(func(_, block gjson.Result) bool {
		s.learnBlock(block)
		return true
	})
}

// LearnRefused takes the messages of a request whose thinking was refused, and says whether any of it was not foreign before.
func (s *Signatures) LearnRefused(messages []byte) (some bool) {
	looked := s.Some()
	for message := range rawjson.Elements(messages) {
		for block := range rawjson.Elements(rawjson.Member(message, "content")) {
			if kind := rawjson.Word(rawjson.Member(block, "type")); kind != "thinking" && kind != "redacted_thinking" {
				continue
			}
			some = some || !looked || !s.Foreign(block)
			s.look()
			s.learnBlock(gjson.ParseBytes(block))
		}
	}
	return some
}

func (s *Signatures) learnBlock(block gjson.Result) {
	s.learn(block.Get("signature"))
	s.learn(block.Get("data"))
}

func (s *Signatures) learn(signature gjson.Result) {
	if signature.Type != gjson.String || signature.Str == "" {
		return
	}
	s.look()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.foreign.Add(maphash.String(signatureSeed, signature.Str), struct{}{})
}

// look makes it known that some thinking is foreign.
func (s *Signatures) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.foreign == nil {
		foreign, err := simplelru.NewLRU[uint64, struct{}](rememberedSignatures, nil)
		if err != nil {
			panic(err) // the size is a constant above 0
		}
		s.foreign = foreign
	}
}

// Some says whether there is any foreign thinking to look for.
func (s *Signatures) Some() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.foreign != nil
}

// Foreign says whether a model that checks signatures would refuse a block of thinking: it has none, or a foreign one.
func (s *Signatures) Foreign(block []byte) bool {
	var signature gjson.Result
	switch rawjson.Word(rawjson.Member(block, "type")) {
	case "thinking":
		signature = gjson.ParseBytes(rawjson.Member(block, "signature"))
	case "redacted_thinking":
		signature = gjson.ParseBytes(rawjson.Member(block, "data"))
	}
	if signature.Type != gjson.String || signature.Str == "" {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.foreign != nil && s.foreign.Contains(maphash.String(signatureSeed, signature.Str))
}
