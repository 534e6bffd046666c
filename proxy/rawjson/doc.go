// Package rawjson reads and changes JSON as bytes, without building anything: what nobody touches stays as it was written.
//
//	scan.go    over a value, checking its structure; vector.go, large ones (scalar.go without, for the build tag purego)
//	walk.go    through the members and elements of a value that has been scanned
//	splice.go  replaced parts
package rawjson
