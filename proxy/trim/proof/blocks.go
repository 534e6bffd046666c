package proof

const (
	thinking = `{"type":"thinking","thinking":"let me see \"tool_use\"","signature":"EqoBCkgIARABGAIiQL"}`
	unseen   = `{"signature":"EqoBCkgIARABGAIiQL","thinking":"","type":"thinking"}`
	redacted = `{"type":"redacted_thinking","data":"EmwKAhgBEgy3va3pzix"}`
)

// block is a text.
func (w *writer) block() string {
	text := member("text", w.text(12))
	if w.chance(10) {
		return w.object(kind("text"), text, `"citations":null`)
	}
	return w.object(kind("text"), text)
}

// thoughts are none, one or several.
func (w *writer) thoughts() (list []string) {
	for w.chance(40) {
		list = append(list, pick(w, thinking, unseen, redacted))
	}
	return list
}

// shown is something a user shows.
func (w *writer) shown() string {
	switch w.r.IntN(4) {
	case 0:
		return w.object(kind("document"), member("source", pick(w,
			w.object(kind("base64"), `"media_type":"application/pdf"`, member("data", w.data())),
			w.object(kind("text"), `"media_type":"text/plain"`, member("data", w.text(20))),
			w.object(kind("url"), `"url":"https://example.com/a.pdf"`))), `"title":"\"image\""`)
	case 1:
		return w.object(kind("search_result"), `"source":"https://example.com"`, `"title":"t"`, member("content", w.list(w.block())))
	default:
		return w.image()
	}
}

func (w *writer) image() string {
	return w.object(kind("image"), member("source", pick(w,
		w.object(kind("base64"), `"media_type":"image/png"`, member("data", w.data())),
		w.object(kind("url"), `"url":"https://example.com/`+w.data()[1:]),
		w.object(kind("file"), `"file_id":"file_1"`))))
}

// call is a tool's, which code that the target runs may have made.
func (w *writer) call(id, caller string) string {
	members := []string{
		kind("tool_use"), member("id", id), member("name", pick(w, `"read"`, `"write"`, `"bash"`)),
		member("input", pick(w, `{}`, `{"path":"a\"b]","n":[1,-2.5e3,null]}`, `{"type":"tool_result","tool_use_id":"x","cache_control":{"a":1}}`)),
	}
	if caller != "" {
		members = append(members, member("caller", w.object(kind("code_execution_20250825"), member("tool_id", caller))))
	}
	return w.object(members...)
}

// result is a tool's, in every shape that is allowed.
func (w *writer) result(id string) string {
	members := []string{kind("tool_result"), member("tool_use_id", id)}
	switch w.r.IntN(10) {
	case 0:
	case 1:
		members = append(members, member("content", pick(w, `""`, `[]`, `" "`, `[{"type":"text","text":""}]`)))
	case 2, 3, 4:
		blocks := []string{w.object(kind("text"), member("text", w.long()))}
		for range w.r.IntN(3) {
			blocks = append(blocks, w.marked(pick(w, w.shown(), w.image()), false))
		}
		members = append(members, member("content", w.list(blocks...)))
	default:
		members = append(members, member("content", w.long()))
	}
	if w.chance(20) {
		members = append(members, pick(w, `"is_error":true`, `"is_error":false`))
	}
	return w.object(members...)
}

func (w *writer) serverCall(name, id string) string {
	return w.object(kind("server_tool_use"), member("id", id), member("name", `"`+name+`"`), `"input":{"query":"q"}`)
}

// served is a call of a tool that the target runs, and its result.
func (w *writer) served() []string {
	if w.chance(30) {
		id := w.id("mcptoolu")
		return []string{
			w.object(kind("mcp_tool_use"), member("id", id), `"name":"m"`, `"server_name":"s"`, `"input":{}`),
			w.object(kind("mcp_tool_result"), member("tool_use_id", id), `"is_error":false`, member("content", w.list(w.block()))),
		}
	}
	id := w.id("srvtoolu")
	found := w.object(kind("web_search_result"), `"url":"https://example.com"`, `"title":"t"`, `"encrypted_content":"Eq"`)
	return []string{
		w.serverCall("web_search", id),
		w.object(kind("web_search_tool_result"), member("tool_use_id", id), member("content", pick(w, w.list(found), `{"type":"web_search_tool_result_error","error_code":"unavailable"}`))),
	}
}
