package runtime

import (
	"github.com/dop251/goja"

	"spillway/engine"
)

// requestShape is the first argument of decide.
var requestShape = newShape("request", true, []field[*engine.Request]{
	{name: "id", unique: true, read: func(_ *call, r *engine.Request) any { return r.ID }},
	{name: "api", read: func(_ *call, r *engine.Request) any { return string(r.API) }},
	{name: "path", read: func(_ *call, r *engine.Request) any { return r.Path }},
	{name: "model", read: func(_ *call, r *engine.Request) any { return r.Model }},
	{name: "maxTokens", read: func(_ *call, r *engine.Request) any { return r.MaxTokens }},
	{name: "stream", read: func(_ *call, r *engine.Request) any { return r.Stream }},
	{name: "inputTokens", read: func(_ *call, r *engine.Request) any { return outline(r).InputTokens }},
	{name: "bytes", read: func(_ *call, r *engine.Request) any { return r.Bytes }},
	{name: "messages", read: func(_ *call, r *engine.Request) any { return outline(r).Messages }},
	{name: "toolResults", read: func(_ *call, r *engine.Request) any { return outline(r).ToolResults }},
	{name: "toolResultTokens", read: func(_ *call, r *engine.Request) any { return outline(r).ToolResultTokens }},
	{name: "tools", read: func(_ *call, r *engine.Request) any { return outline(r).Tools }},
	{name: "thinking", read: func(_ *call, r *engine.Request) any { return outline(r).Thinking }},
	{name: "movable", read: func(_ *call, r *engine.Request) any { return outline(r).Movable }},
	{name: "conversation", read: func(_ *call, r *engine.Request) any { return outline(r).Conversation }},
	{name: "client", read: func(c *call, _ *engine.Request) any { return c.fixed.client }},
	{name: "sdk", read: func(c *call, _ *engine.Request) any { return c.fixed.sdk }},
	{name: "metadata", hidden: true, read: func(c *call, r *engine.Request) any {
		if c.metadata == nil {
			metadata := outline(r).Metadata
			c.sawSecret("request.metadata", metadata)
			c.metadata = c.json(metadata)
		}
		return c.metadata
	}},
	{name: "header", read: func(c *call, _ *engine.Request) any { return c.fixed.header }},
	{name: "body", hidden: true, read: func(c *call, r *engine.Request) any {
		if c.body == nil {
			var body []byte
			if r.Content != nil {
				body = r.Content.Body()
			}
			c.sawSecret("request.body", body)
			c.body = c.json(body)
		}
		return c.body
	}},
}...).asking(func(*engine.Request) question { return question{of: ofRequest} })

var clientShape = newShape("request.client", true,
	field[engine.Client]{name: "name", read: func(_ *call, c engine.Client) any { return c.Name }},
	field[engine.Client]{name: "priority", read: func(_ *call, c engine.Client) any {
		if c.Priority == "" {
			return string(engine.Normal)
		}
		return string(c.Priority)
	}},
	field[engine.Client]{name: "spent", hidden: true, read: func(_ *call, c engine.Client) any { return part[engine.Spent]{spentShape, c.Spent} }},
).asking(func(engine.Client) question { return question{of: ofClient} })

var sdkShape = newShape("request.sdk", true,
	field[engine.SDK]{name: "retryCount", read: func(_ *call, s engine.SDK) any { return s.RetryCount }},
	field[engine.SDK]{name: "timeout", read: func(_ *call, s engine.SDK) any { return orNull(s.Timeout) }},
).asking(func(engine.SDK) question { return question{of: ofSDK} })

// outline is what one pass over the body tells. Without a body every request may be sent anywhere.
func outline(r *engine.Request) engine.Outline {
	if r.Content == nil {
		return engine.Outline{Movable: true}
	}
	return r.Content.Outline()
}

// header is `request.header(name)`.
func (c *call) header(args []goja.Value) goja.Value {
	name := c.text("request.header", args, 0)
	var value string
	if content := c.in.Request.Content; content != nil {
		value = content.Header(name)
	}
	if read := "request.header(" + name + ")"; !c.hasSeen(read) {
		c.sawSecret(read, []byte(value))
	}
	return c.vm.ToValue(value)
}
