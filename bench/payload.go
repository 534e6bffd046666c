package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/valyala/fasthttp"
)

// The requests are what the official SDK sends: keys in its order, `stream` last, so that a proxy that wants to know
// it has to look at the whole body; prompts that JSON has to escape; tools, tool calls and their results.

type messagesRequest struct {
	Model     string    `json:"model"`
	MaxTokens int       `json:"max_tokens"`
	System    string    `json:"system,omitempty"`
	Tools     []tool    `json:"tools,omitempty"`
	Messages  []message `json:"messages"`
	Stream    bool      `json:"stream,omitempty"`
}

type tool struct {
	Name        string         `json:"name"`
	Description string         `json:"description"`
	InputSchema map[string]any `json:"input_schema"`
}

type message struct {
	Role    string           `json:"role"`
	Content []map[string]any `json:"content"`
}

// source is text as coding agents send it: quotes, tabs, newlines, backslashes and some letters beyond ASCII.
const source = "\tif err := json.Unmarshal([]byte(`{\"path\": \"C:\\\\größe\\\\%d\"}`), &v); err != nil {\n" +
	"\t\treturn fmt.Errorf(\"line %d: \\\"%%w\\\" – naïve\", err)\n\t}\n"

// smallRequest is a body of 1,024 bytes.
func smallRequest(stream bool) []byte {
	request := messagesRequest{
		Model: "claude-opus-5-5", MaxTokens: 1024, Stream: stream,
		System:   "You answer briefly.",
		Messages: []message{{Role: "user", Content: []map[string]any{{"type": "text", "text": ""}}}},
	}
	room := 1024 - len(encode(request))
	prose := strings.Repeat("Explain to a newcomer how a spillway keeps a dam from overflowing. ", 1+room/60)
	request.Messages[0].Content[0]["text"] = prose[:room]
	return encode(request)
}

// largeRequest is a body of about 200 KB: a conversation with a coding agent, many turns long.
func largeRequest() []byte {
	request := messagesRequest{
		Model: "claude-opus-5-5", MaxTokens: 8192,
		System: strings.Repeat("You are a careful engineer. Say \"done\" when you are.\n", 40),
		Tools:  tools(12),
	}
	size := len(encode(request))
	for turn := 0; size < 200<<10; turn++ {
		for _, m := range agentTurn(turn) {
			request.Messages = append(request.Messages, m)
			size += len(encode(m)) + 1
		}
	}
	return encode(request)
}

// agentTurn is a question, a tool call and its result.
func agentTurn(n int) []message {
	call := fmt.Sprintf("toolu_01%020d", n)
	path := fmt.Sprintf("internal/part%d/file.go", n)
	return []message{
		{"user", []map[string]any{{"type": "text", "text": fmt.Sprintf("Why does \"%s\" fail?\nLook again.", path)}}},
		{"assistant", []map[string]any{
			{"type": "text", "text": "I will read the file first.\n"},
			{"type": "tool_use", "id": call, "name": "tool_0", "input": map[string]any{"path": path, "limit": 40}},
		}},
		{"user", []map[string]any{{"type": "tool_result", "tool_use_id": call, "content": code(n, 12)}}},
		{"assistant", []map[string]any{{"type": "text", "text": "The error is wrapped twice:\n```go\n" + code(n, 3) + "```\n"}}},
	}
}

func code(n, lines int) string {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, source, n, i)
	}
	return b.String()
}

func tools(n int) []tool {
	list := make([]tool, n)
	for i := range list {
		list[i] = tool{
			Name:        fmt.Sprintf("tool_%d", i),
			Description: "Reads a file below the project's root.\nReturns its lines, numbered.",
			InputSchema: map[string]any{"type": "object", "required": []string{"path"}, "properties": map[string]any{
				"path":  map[string]any{"type": "string", "description": "relative to the root, e.g. \"cmd/main.go\""},
				"limit": map[string]any{"type": "integer"},
			}},
		}
	}
	return list
}

func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // like the SDKs
	if err := e.Encode(v); err != nil {
		panic(err) // the values are all ours
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// clientKey is the credential that the clients show.
const clientKey = "sk-ant-of-the-client"

// fillRequest makes req what the official TypeScript SDK would send to the proxy at address.
func fillRequest(req *fasthttp.Request, address string, body []byte) {
	req.Header.SetMethod(fasthttp.MethodPost)
	req.SetRequestURI("http://" + address + "/v1/messages")
	for name, value := range map[string]string{
		"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "Anthropic/JS 1.12.0",
		"Anthropic-Version": "2026-10-21", "Authorization": "Bearer " + clientKey,
		"X-Stainless-Arch": "x64", "X-Stainless-Lang": "js", "X-Stainless-Os": "Linux",
		"X-Stainless-Package-Version": "1.12.0", "X-Stainless-Retry-Count": "0",
		"X-Stainless-Runtime": "node", "X-Stainless-Runtime-Version": "v24.11.0", "X-Stainless-Timeout": "600",
	} {
		req.Header.Set(name, value)
	}
	req.SetBodyRaw(body)
}
