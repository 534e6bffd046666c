// Package probe finds out whether targets would serve, by asking each of them for as little as possible: a list of its models,
// and of every model one short stream with a tool call. It sends over the same connections as live traffic.
//
//	probe.go     all targets at once
//	plan.go      which models to ask of a target
//	patient.go   one target: is it there, does it know the key, does its clock agree
//	question.go  the smallest real request
//	listen.go    what came of it
//	place.go     where the target may really be, when nothing is where the configuration says
//	advice.go    what to do, in words
//	result.go    what was found
package probe
