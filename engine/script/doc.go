// Package script turns the sources of a policy into a program that goja can run.
//
// Read it in the order in which a policy walks through it:
//
//	compile.go     the whole way in one function: bundle, parse, check, instrument, compile
//	bundle.go      esbuild makes one script of the entry and what it imports
//	resolve.go     what may be imported, and what to say of the rest
//	regexp.go      which regular expressions could run for ever
//	instrument.go  every `return` of `decide` tells which one it is
//	growth.go      texts that a policy puts together tell how long they have become
//	walk.go        visits every node of a syntax tree; rewrite.go puts calls into it
//	literals.go    where the objects of a table were written
//	coverage.go    what of a program has run, for whoever asks
//	position.go    from the bundle back to the file that a person wrote
//	program.go     the result
//	library/       the "spillway" module: its code and its types
package script
