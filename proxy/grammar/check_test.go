package grammar_test

import (
	"fmt"
	"strings"
	"testing"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/grammar"
)

const model = `"model":"m","max_tokens":4096`

func check(t *testing.T, endpoint dialect.Endpoint, fields string) error {
	t.Helper()
	call, problem := dialect.Parse(engine.Anthropic, endpoint, []byte(`{`+model+`,`+fields+`}`))
	if problem != nil {
		t.Fatal(problem)
	}
	return grammar.Check(call)
}

type row struct{ fields, want string }

func run(t *testing.T, endpoint dialect.Endpoint, rows map[string]row) {
	t.Helper()
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := check(t, endpoint, row.fields); err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

const (
	tools  = `"tools":[{"name":"t","input_schema":{}}],`
	hi     = `{"role":"user","content":"hi"}`
	use    = `{"type":"tool_use","id":"a","name":"t","input":{}}`
	use2   = `{"type":"tool_use","id":"b","name":"t","input":{}}`
	answer = `{"type":"tool_result","tool_use_id":"a","content":"x"}`
	other  = `{"type":"tool_result","tool_use_id":"b","content":"x"}`
	search = `{"type":"server_tool_use","id":"s","name":"web_search","input":{}}`
	found  = `{"type":"web_search_tool_result","tool_use_id":"s","content":[]}`
)

func messages(list ...string) string { return `"messages":[` + strings.Join(list, ",") + `]` }
func user(blocks ...string) string {
	return `{"role":"user","content":[` + strings.Join(blocks, ",") + `]}`
}
func assistant(blocks ...string) string {
	return `{"role":"assistant","content":[` + strings.Join(blocks, ",") + `]}`
}
func system(text string) string { return fmt.Sprintf(`{"role":"system","content":%q}`, text) }
func say(text string) string    { return fmt.Sprintf(`{"type":"text","text":%q}`, text) }
func marked(block string) string {
	return block[:len(block)-1] + `,"cache_control":{"type":"ephemeral"}}`
}
func says(role, content string) string { return `{"role":"` + role + `","content":` + content + `}` }

// As observed of the Messages API (experientiallabs, issue 804).
func TestEmptyContent(t *testing.T) {
	const (
		without = "a text block without text"
		empty   = "empty content"
		white   = "only white space"
	)
	run(t, dialect.Messages, map[string]row{
		"assistant: empty text beside a call":    {tools + messages(hi, assistant(say(""), use), user(answer)), "messages[1].content[0]: " + without},
		"assistant: white space beside a call":   {tools + messages(hi, assistant(say("\n\n"), use), user(answer)), ""},
		"assistant: no blocks":                   {messages(hi, assistant(), hi), ""},
		"assistant: empty string":                {messages(hi, says("assistant", `""`), hi), ""},
		"assistant: white space alone":           {messages(hi, assistant(say(" ")), hi), "messages[1]: " + white},
		"assistant: white space, a string":       {messages(hi, says("assistant", `" "`), hi), "messages[1]: " + empty},
		"assistant: white space beside thinking": {messages(hi, assistant(`{"type":"thinking","thinking":"","signature":"s"}`, say(" ")), hi), ""},
		"user: empty string":                     {messages(says("user", `""`)), "messages[0]: " + empty},
		"user: no blocks":                        {messages(user()), "messages[0]: " + empty},
		"user: white space, a string":            {messages(says("user", `"\n"`)), "messages[0]: " + empty},
		"user: exotic white space":               {messages(says("user", `"\u00a0\t\u3000\r"`)), "messages[0]: " + empty},
		"user: white space in bytes":             {messages(says("user", "\"\u00a0\u3000\"")), "messages[0]: " + empty},
		"user: an escape that is no white space": {messages(says("user", `"\u0041"`)), ""},
		"user: a quote":                          {messages(says("user", `"\""`)), ""},
		"user: white space beside text":          {messages(user(say("hi"), say(" "))), ""},
		"user: white space blocks":               {messages(user(say(" "), say("\n"))), "messages[0]: " + white},
		"user: empty text beside text":           {messages(user(say(""), say("x"))), "messages[0].content[0]: " + without},
		"result: empty string":                   {tools + messages(hi, assistant(use), user(`{"type":"tool_result","tool_use_id":"a","content":""}`)), ""},
		"result: no blocks":                      {tools + messages(hi, assistant(use), user(`{"type":"tool_result","tool_use_id":"a","content":[]}`)), ""},
		"result: no content":                     {tools + messages(hi, assistant(use), user(`{"type":"tool_result","tool_use_id":"a"}`)), ""},
		"result: white space":                    {tools + messages(hi, assistant(use), user(`{"type":"tool_result","tool_use_id":"a","content":" "}`)), ""},
		"result: empty text":                     {tools + messages(hi, assistant(use), user(`{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":""}]}`)), ""},
		"system: empty string":                   {`"system":"",` + messages(hi), ""},
		"system: white space":                    {`"system":"  ",` + messages(hi), "system: " + white},
		"system: empty text":                     {`"system":[{"type":"text","text":""}],` + messages(hi), "system[0]: " + without},
		"system message: empty":                  {messages(hi, system("")), "messages[1]: " + empty},
	})
}

func TestMessages(t *testing.T) {
	const unanswered = "a tool_use without a tool_result in the next message"
	five := strings.Repeat(`{"role":"user","content":[`+marked(say("x"))+`]},`, 4) + user(marked(say("x")))
	run(t, dialect.Messages, map[string]row{
		"a round":                      {tools + messages(hi, assistant(use), user(answer), assistant(say("done")), hi), ""},
		"parallel":                     {tools + messages(hi, assistant(use, use2), user(other, answer, say("x"))), ""},
		"none":                         {`"messages":[]`, "messages: expected at least one"},
		"no list":                      {`"messages":{}`, "messages: expected at least one"},
		"absent":                       {`"x":1`, "messages: expected at least one"},
		"no object":                    {messages(`"hi"`), "messages[0]: expected an object with role and content"},
		"no content":                   {messages(`{"role":"user"}`), "messages[0]: expected an object with role and content"},
		"content null":                 {messages(says("user", "null")), "messages[0]: expected an object with role and content"},
		"two roles":                    {messages(`{"role":"user","role":"assistant","content":"x"}`), "messages[0]: expected an object with role and content"},
		"a role in escapes":            {messages(`{"role":"us\u0065r","content":"x"}`), "messages[0]: expected an object with role and content"},
		"a key in escapes":             {messages(`{"role":"user","content":"x","cont\u0065nt":"y"}`), "messages[0]: expected an object with role and content"},
		"role":                         {messages(says("tool", `"x"`)), "messages[0]: role is not user, assistant or system"},
		"assistant first":              {messages(assistant(say("x")), hi), "messages[0]: the first message is not the user's"},
		"system first":                 {messages(system("x"), hi), "messages[0]: the first message is not the user's"},
		"compaction first":             {messages(assistant(`{"type":"compaction","content":"x"}`), hi), ""},
		"system after user":            {messages(hi, system("x"), assistant(say("x")), hi), ""},
		"system after assistant":       {messages(hi, assistant(say("x")), system("x"), hi), "messages[2]: a system message that does not follow a user's"},
		"system after a server's call": {messages(hi, assistant(search), system("x"), assistant(found)), ""},
		"system with an image":         {messages(hi, says("system", `[{"type":"image"}]`)), "messages[1].content[0]: a block of type image in a system message"},
		"block without type":           {messages(user(`{"text":"x"}`)), "messages[0].content[0]: expected an object with a type"},
		"unanswered":                   {tools + messages(hi, assistant(use)), "messages[1]: " + unanswered},
		"answered too late":            {tools + messages(hi, assistant(use), hi, user(answer)), "messages[1]: " + unanswered},
		"one of two":                   {tools + messages(hi, assistant(use, use2), user(answer)), "messages[1]: " + unanswered},
		"split results":                {tools + messages(hi, assistant(use, use2), user(answer), user(other)), "messages[1]: " + unanswered},
		"assistant between":            {tools + messages(hi, assistant(use), assistant(say("x")), user(answer)), "messages[1]: " + unanswered},
		"system between":               {tools + messages(hi, assistant(use), system("x"), user(answer)), "messages[1]: " + unanswered},
		"orphan":                       {tools + messages(user(answer)), "messages[0].content[0]: a tool_result without a tool_use in the message before"},
		"result twice":                 {tools + messages(hi, assistant(use), user(answer, answer)), "messages[2].content[1]: a tool_result without a tool_use in the message before"},
		"result again":                 {tools + messages(hi, assistant(use), user(answer), assistant(say("x")), user(answer)), "messages[4].content[0]: a tool_result without a tool_use in the message before"},
		"text before result":           {tools + messages(hi, assistant(use), user(say("x"), answer)), "messages[2].content[1]: a tool_result after other blocks"},
		"result's content":             {tools + messages(hi, assistant(use), user(`{"type":"tool_result","tool_use_id":"a","content":1}`)), "messages[2].content[0]: a tool_result whose content is neither a string nor a list"},
		"id twice":                     {tools + messages(hi, assistant(use, use), user(answer)), "messages[1].content[1]: a tool_use whose id is missing, or occurred before"},
		"id again":                     {tools + messages(hi, assistant(use), user(answer), assistant(use), user(answer)), "messages[3].content[0]: a tool_use whose id is missing, or occurred before"},
		"no id":                        {tools + messages(hi, assistant(`{"type":"tool_use"}`)), "messages[1].content[0]: a tool_use whose id is missing, or occurred before"},
		"tool_use of the user":         {tools + messages(user(use)), "messages[0].content[0]: a tool_use block in a message that is not the assistant's"},
		"tool_result of the assistant": {tools + messages(hi, assistant(answer)), "messages[1].content[0]: a tool_result block in a message that is not the user's"},
		"thinking of the user":         {messages(user(`{"type":"thinking"}`)), "messages[0].content[0]: a thinking block in a message that is not the assistant's"},
		"tool blocks without tools":    {messages(hi, assistant(use), user(answer)), "messages[1].content[0]: a tool_use block in a request without tools"},
		"tool blocks with no tools":    {`"tools":[ ],` + messages(hi, assistant(use), user(answer)), "messages[1].content[0]: a tool_use block in a request without tools"},
		"server's tool":                {messages(hi, assistant(search, found), hi), ""},
		"server's tool, paused":        {messages(hi, assistant(say("x"), search)), ""},
		"server's tool, resumed":       {tools + messages(hi, assistant(search, use), user(answer), assistant(found), hi), ""},
		"server's tool, no result":     {messages(hi, assistant(search), hi), "messages[2]: a server_tool_use before it has no result"},
		"server's result, no call":     {messages(hi, assistant(found), hi), "messages[1].content[0]: a web_search_tool_result without its call before it"},
		"server's result twice":        {messages(hi, assistant(search, found, found), hi), "messages[1].content[2]: a web_search_tool_result without its call before it"},
		"server's result of the user":  {messages(hi, assistant(search), user(found)), "messages[2].content[0]: a web_search_tool_result block in a message that is not the assistant's"},
		"mcp":                          {messages(hi, assistant(`{"type":"mcp_tool_use","id":"s"}`, `{"type":"mcp_tool_result","tool_use_id":"s","content":[]}`), hi), ""},
		"unknown block":                {messages(user(`{"type":"hologram"}`)), ""},
		"breakpoints":                  {`"system":[` + marked(say("x")) + `],"tools":[` + marked(`{"name":"t"}`) + `],` + messages(user(marked(say("x"))), assistant(marked(use)), user(answer)), ""},
		"breakpoints in null":          {messages(user(strings.Replace(marked(say("x")), `{"type":"ephemeral"}`, "null", 1))), ""},
		"five breakpoints":             {messages(five), "messages[4].content[0]: more than 4 cache_control breakpoints"},
		"five with the automatic one":  {`"cache_control":{"type":"ephemeral"},` + messages(strings.TrimSuffix(five, ","+user(marked(say("x"))))), "messages[3].content[0]: more than 4 cache_control breakpoints"},
		"breakpoint inside a result":   {tools + messages(hi, assistant(use), user(`{"type":"tool_result","tool_use_id":"a","content":[`+strings.Repeat(marked(say("x"))+",", 4)+marked(say("x"))+`]}`)), "messages[2].content[0]: more than 4 cache_control breakpoints"},
		"breakpoint on thinking":       {messages(hi, assistant(marked(`{"type":"thinking","thinking":"x"}`))), "messages[1].content[0]: cache_control on a thinking block"},
		"breakpoint on empty text":     {messages(user(marked(say("")))), "messages[0].content[0]: cache_control on an empty text block"},
		"five breakpoints on tools":    {`"tools":[` + strings.Repeat(marked(`{"name":"t"}`)+",", 4) + marked(`{"name":"t"}`) + `],` + messages(hi), "tools[4]: more than 4 cache_control breakpoints"},
		"thinking budget":              {`"thinking":{"type":"enabled","budget_tokens":4095},` + messages(hi), ""},
		"small thinking budget":        {`"thinking":{"type":"enabled","budget_tokens":1023},` + messages(hi), "thinking.budget_tokens: 1023 is less than 1024"},
		"large thinking budget":        {`"thinking":{"type":"enabled","budget_tokens":4096},` + messages(hi), "thinking.budget_tokens: 4096 is not below max_tokens"},
		"large budget, between tools":  {`"thinking":{"type":"enabled","budget_tokens":4096},` + tools + messages(hi), ""},
		"thinking off":                 {`"thinking":{"type":"disabled"},` + messages(hi), ""},
	})
}

func TestChat(t *testing.T) {
	const (
		call     = `{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}`
		call2    = `{"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}`
		calls    = `{"role":"assistant","content":null,"tool_calls":[` + call + `]}`
		both     = `{"role":"assistant","tool_calls":[` + call + `,` + call2 + `]}`
		result   = `{"role":"tool","tool_call_id":"a","content":"x"}`
		result2  = `{"role":"tool","tool_call_id":"b","content":"x"}`
		function = `{"role":"assistant","function_call":{"name":"f"}}`
		returns  = `{"role":"function","name":"f","content":"x"}`
		open     = "tool calls that are not followed by a result for each"
		orphan   = "a tool message without its call before it"
	)
	run(t, dialect.ChatCompletions, map[string]row{
		"a round":           {messages(system("x"), hi, calls, result, hi), ""},
		"parallel":          {messages(hi, both, result2, result), ""},
		"an id again":       {messages(hi, calls, result, calls, result), ""},
		"none":              {`"messages":[]`, "messages: expected at least one"},
		"no object":         {messages(`1`), "messages[0]: expected an object with a role"},
		"role":              {messages(says("robot", `"x"`)), "messages[0]: role is not system, developer, user, assistant, tool or function"},
		"no content":        {messages(`{"role":"user"}`), "messages[0]: expected content"},
		"assistant first":   {messages(says("assistant", `"x"`), hi), ""},
		"empty assistant":   {messages(hi, `{"role":"assistant","content":null}`), "messages[1]: expected content or tool calls"},
		"refusal":           {messages(hi, `{"role":"assistant","refusal":"no"}`), ""},
		"no calls":          {messages(hi, `{"role":"assistant","tool_calls":[]}`), "messages[1].tool_calls[0]: expected at least one"},
		"unanswered at end": {messages(hi, calls), "messages[1]: " + open},
		"unanswered":        {messages(hi, both, result, hi), "messages[2]: " + open},
		"system between":    {messages(hi, calls, system("x"), result), "messages[1]: " + open},
		"assistant between": {messages(hi, calls, says("assistant", `"x"`), result), "messages[1]: " + open},
		"orphan":            {messages(hi, result), "messages[1]: " + orphan},
		"twice":             {messages(hi, calls, result, result), "messages[3]: " + orphan},
		"result's content":  {messages(hi, calls, `{"role":"tool","tool_call_id":"a"}`), "messages[2]: expected content"},
		"id twice":          {messages(hi, `{"role":"assistant","tool_calls":[`+call+`,`+call+`]}`, result), "messages[1].tool_calls[1]: a call whose id is missing, or occurred before"},
		"no id":             {messages(hi, `{"role":"assistant","tool_calls":[{}]}`), "messages[1].tool_calls[0]: a call whose id is missing, or occurred before"},
		"old form":          {messages(hi, function, returns, hi), ""},
		"old form, open":    {messages(hi, function, hi), "messages[1]: " + open},
		"old form, orphan":  {messages(hi, returns), "messages[1]: a function's result without its call before it"},
	})
}

func TestResponses(t *testing.T) {
	const (
		call   = `{"type":"function_call","call_id":"a","name":"f","arguments":"{}"}`
		output = `{"type":"function_call_output","call_id":"a","output":"x"}`
		orphan = "a function_call_output without its call before it"
	)
	run(t, dialect.Responses, map[string]row{
		"text":       {`"input":"hi"`, ""},
		"a round":    {`"input":[` + hi + `,` + call + `,` + output + `]`, ""},
		"orphan":     {`"input":[` + hi + `,` + output + `]`, "input[1]: " + orphan},
		"unanswered": {`"input":[` + call + `,` + hi + `]`, "input[1]: a function_call without its output"},
		"twice":      {`"input":[` + call + `,` + call + `]`, "input[1]: a function_call whose call_id occurred before"},
		"stored":     {`"previous_response_id":"r","input":[` + output + `]`, ""},
		"by name":    {`"input":[{"type":"item_reference","id":"i"},` + output + `]`, ""},
	})
}

func TestOtherEndpoints(t *testing.T) {
	if err := check(t, dialect.CountTokens, `"messages":[]`); err != nil {
		t.Error(err)
	}
}

// A request with too many messages is refused without being read to its end.
func TestTooManyMessages(t *testing.T) {
	list := `"messages":[` + strings.Repeat(hi+",", grammar.MaxMessages) + hi + `]`
	if err := check(t, dialect.Messages, list); err == nil || err.Error() != "messages: more than 100000" {
		t.Error(err)
	}
}

// What other people send never makes it panic.
func FuzzCheck(f *testing.F) {
	for _, body := range []string{
		`{` + model + `,` + tools + messages(hi, assistant(use), user(answer)) + `}`,
		`{` + model + `,"system":[{"type":"text","text":"\u00a0"}],` + messages(hi, assistant(search, found)) + `}`,
		`{"model":"m","messages":[{"role":"user","content":"\u00"},{},[],{"role":1}]}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(_ *testing.T, body []byte) {
		for _, endpoint := range []dialect.Endpoint{dialect.Messages, dialect.ChatCompletions, dialect.Responses} {
			if call, problem := dialect.Parse(engine.Anthropic, endpoint, body); problem == nil {
				_ = grammar.Check(call)
			}
		}
	})
}
