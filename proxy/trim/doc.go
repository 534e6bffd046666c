// Package trim makes requests lighter by cutting old parts of the conversation, so that the rest is still a valid request.
//
//	trim.go  the options, the result, and the order of the work
package trim
