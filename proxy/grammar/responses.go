package grammar

import (
	"spillway/proxy/dialect"
	"spillway/proxy/rawjson"
)

// checkResponses checks that the outputs of functions belong to calls, and calls have outputs, when the request has all of the
// conversation: nothing of it is stored on a server.
func checkResponses(c *dialect.Call) error {
	if c.Has("previous_response_id") || c.Has("conversation") {
		return nil
	}
	at := place{list: "input"}
	var calls pairing
	for item := range Parts(c.Value("input")) {
		switch kind, id := string(item.Type), rawjson.Member(item.Raw, "call_id"); {
		case kind == "item_reference":
			return nil
		case kind == "function_call" && !calls.call(id, 0):
			return at.wrong("a function_call whose call_id occurred before")
		case kind == "function_call_output" && !calls.result(id, 0):
			return at.wrong("a function_call_output without its call before it")
		}
		at.index++
	}
	if calls.open > 0 {
		return place{list: "input", index: at.index - 1}.wrong("a function_call without its output")
	}
	return nil
}
