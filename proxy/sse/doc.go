// Package sse reads server-sent events from a byte stream, whatever the chunks it arrives in.
//
//	event.go   one event
//	reader.go  the stream and its buffer
//	scan.go    where an event ends and what its lines say
//
// Line ends, comments, fields and the byte order mark are those of the HTML standard, section 9.2.6. One thing differs: an
// event without data is returned too, so that a relay passes comments and blank lines on.
package sse
