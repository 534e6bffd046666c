package main

import (
	"time"

	"github.com/valyala/fasthttp"
)

// serveForwarder is the floor: it copies the request to the target and the answer back, and does nothing else. It
// decides nothing, counts nothing, and looks into neither. What a stream's chunks carry goes on as it comes.
func serveForwarder(address, target string) error {
	client := fasthttp.HostClient{
		Addr: target, MaxConns: 1 << 20, MaxIdleConnDuration: time.Minute, StreamResponseBody: true,
		NoDefaultUserAgentHeader: true, DisableHeaderNamesNormalizing: true, DisablePathNormalizing: true,
		MaxIdemponentCallAttempts: 1,
	}
	return serve(address, func(ctx *fasthttp.RequestCtx) {
		if err := client.Do(&ctx.Request, &ctx.Response); err != nil {
			ctx.Error(err.Error(), fasthttp.StatusBadGateway)
		}
	})
}
