package grammar

import "spillway/proxy/dialect"

// Check is why the target would refuse a request whatever it says: roles, tool calls without results, empty texts, too many
// cache breakpoints. The error names the place, as "messages[3].content[1]: …". nil is no proof that a target accepts the
// request. What is doubtful counts as wrong: a request that fails is not edited, but sent as it came; an edit must not make
// one that passed fail. It walks over the body and keeps only ids.
func Check(c *dialect.Call) error {
	return nil
}
