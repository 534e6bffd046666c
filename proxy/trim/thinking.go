package trim

import (
	"fmt"

	"spillway/proxy/dialect"
	"spillway/proxy/grammar"
	"spillway/proxy/rawjson"
)

// Thinking takes those blocks of thinking out of a request of [dialect.Messages] of which goes says so, wherever they stand,
// and says how many they were. What is not cut keeps its bytes; with none to cut the call is the one that was given.
func Thinking(c *dialect.Call, goes func(block []byte) bool) (*dialect.Call, int, error) {
	k := knife{survey: &survey{call: c}}
	for message := range rawjson.Elements(c.Value("messages")) {
		if rawjson.Word(rawjson.Member(message, "role")) != "assistant" {
			continue
		}
		content := rawjson.Member(message, "content")
		foreign := func(b grammar.Part) bool { return isThinking(b) && goes(b.Raw) }
		k.done.Thinking += k.blocks(content, onlyThinks(content) && allGo(content, foreign), foreign)
	}
	if k.done.Thinking == 0 {
		return c, 0, nil
	}
	call, problem := dialect.Parse(c.API, c.Endpoint, rawjson.Apply(nil, c.Body, k.splices))
	if problem != nil {
		return c, 0, fmt.Errorf("trim: %w", problem)
	}
	return call, k.done.Thinking, nil
}

// allGo says whether none of the thinking in a content stays.
func allGo(content []byte, goes func(grammar.Part) bool) bool {
	for b := range grammar.Parts(content) {
		if isThinking(b) && !goes(b) {
			return false
		}
	}
	return true
}
