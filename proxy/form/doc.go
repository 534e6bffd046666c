// Package form reads YAML files that people write: every key is known, every value has a type, and all that is wrong is
// reported at once, with its place and the nearest valid name.
//
// Only what is no YAML at all ends at the first of these steps; every other fault is reported with those of the others.
//
//	load.go      text to YAML's own tree, with the braces of ${NAME} veiled by variable.go
//	grow.go      that tree to the one of tree.go: aliases, merge keys, repeated keys and variables end here
//	section.go   that, key by key, to the structs of whoever reads, with readers from scalar.go and any.go
//	report.go    where the faults collect, and credentials are kept out of them
package form
