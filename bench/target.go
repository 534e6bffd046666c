package main

import (
	"bufio"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"
)

// The answers a target can give.
const (
	answerJSON  = "json"  // a whole message
	answerPaced = "paced" // a stream with a delta each 10 ms, about as fast as a model writes
	answerBurst = "burst" // the same stream as fast as it can be written
	answerHold  = "hold"  // a stream that says a word and then pings until the client leaves
)

const (
	deltas    = 60
	pace      = 10 * time.Millisecond
	pingEvery = 2 * time.Second
)

// jsonAnswer is a message as Anthropic sends it, some 1 KB.
const jsonAnswer = `{"id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message","role":"assistant","model":"claude-opus-5-5",` +
	`"content":[{"type":"text","text":"A spillway lets the water that a dam cannot hold leave it by a way that was made for it. ` +
	`Without one the water rises until it runs over the crest, where nobody planned for it, and takes the dam along.\n\n` +
	`There are two kinds:\n\n1. **Uncontrolled**: an edge, lower than the crest. What is above it flows off, and nothing can fail.\n` +
	`2. **Controlled**: gates that somebody opens. The reservoir may stand higher, but somebody has to decide, in time, by \"rules\" that were ` +
	`written before the flood.\n\nMost large dams have both: gates for the floods that are expected and an edge for the one that is not."}],` +
	`"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":232,"cache_creation_input_tokens":0,` +
	`"cache_read_input_tokens":0,"output_tokens":187,"service_tier":"standard"}}`

const (
	opening = "event: message_start\n" +
		`data: {"type":"message_start","message":{"id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message","role":"assistant",` +
		`"model":"claude-opus-5-5","content":[],"stop_reason":null,"stop_sequence":null,` +
		`"usage":{"input_tokens":232,"output_tokens":1}}}` + "\n\n" +
		"event: content_block_start\n" +
		`data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}` + "\n\n"
	ping   = "event: ping\n" + `data: {"type":"ping"}` + "\n\n"
	ending = "event: content_block_stop\n" + `data: {"type":"content_block_stop","index":0}` + "\n\n" +
		"event: message_delta\n" +
		`data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":187}}` + "\n\n" +
		"event: message_stop\n" + `data: {"type":"message_stop"}` + "\n\n"

	// stampBefore is what stands before the time in a delta, stampAfter what follows it.
	stampBefore = `data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" sent at `
	stampAfter  = ` ns"}}`
)

// serveTarget answers every request on address, at once and always with the same.
func serveTarget(address, answer string) error {
	respond, ok := map[string]fasthttp.RequestHandler{
		answerJSON:  func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString(jsonAnswer) },
		answerPaced: streamed(func(w *bufio.Writer) { writeMessage(w, pace) }),
		answerBurst: streamed(func(w *bufio.Writer) { writeMessage(w, 0) }),
		answerHold:  streamed(hold),
	}[answer]
	if !ok {
		return fmt.Errorf("no answer %q", answer)
	}
	return serve(address, func(ctx *fasthttp.RequestCtx) {
		setTargetHeaders(&ctx.Response.Header)
		respond(ctx)
	})
}

// serve is how target and forwarder listen: nothing is added to what the handler says.
func serve(address string, handler fasthttp.RequestHandler) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := fasthttp.Server{
		Handler: handler, Concurrency: 1 << 20, NoDefaultServerHeader: true, NoDefaultDate: true,
		NoDefaultContentType: true, DisableHeaderNamesNormalizing: true,
	}
	return server.Serve(listener)
}

func setTargetHeaders(h *fasthttp.ResponseHeader) {
	h.Set("Content-Type", "application/json")
	h.Set("request-id", "req_011CSHoEeqs5C35K2UUqR7Fy")
	h.Set("anthropic-organization-id", "8b1f2e44-0000-4000-8000-3f2a5bbf1f01")
	for _, kind := range []string{"requests", "input-tokens", "output-tokens", "tokens"} {
		h.Set("anthropic-ratelimit-"+kind+"-limit", "4000000")
		h.Set("anthropic-ratelimit-"+kind+"-remaining", "3999000")
		h.Set("anthropic-ratelimit-"+kind+"-reset", "2026-11-23T15:00:00Z")
	}
}

func streamed(write func(*bufio.Writer)) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		ctx.SetContentType("text/event-stream; charset=utf-8")
		ctx.Response.Header.Set("Cache-Control", "no-cache")
		ctx.SetBodyStreamWriter(write)
	}
}

// writeMessage writes a whole stream, each event on its way before the next, and gives up when the client has left.
func writeMessage(w *bufio.Writer, pause time.Duration) {
	_, _ = w.WriteString(opening)
	for range deltas {
		writeDelta(w)
		if w.Flush() != nil {
			return
		}
		if pause > 0 {
			time.Sleep(pause)
		}
	}
	_, _ = w.WriteString(ending)
}

// writeDelta writes a delta that carries the time of day, for the client to tell how long it was on its way.
func writeDelta(w *bufio.Writer) {
	_, _ = w.WriteString("event: content_block_delta\n" + stampBefore)
	_, _ = w.Write(strconv.AppendInt(w.AvailableBuffer(), time.Now().UnixNano(), 10))
	_, _ = w.WriteString(stampAfter + "\n\n")
}

func hold(w *bufio.Writer) {
	_, _ = w.WriteString(opening)
	writeDelta(w)
	for w.Flush() == nil {
		time.Sleep(pingEvery)
		_, _ = w.WriteString(ping)
	}
}
