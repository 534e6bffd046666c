// Package grammar says whether a request is well-formed in its dialect, beyond being JSON.
//
//	check.go  the question
package grammar
