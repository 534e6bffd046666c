// Package sse reads server-sent events from a byte stream, whatever the chunks it arrives in.
package sse
