package model

import "spillway/engine"

// rate is what a model's tokens cost, in USD per million. The zero rate is unknown.
type rate struct {
	engine.Price
	// above is the length of a prompt, cache reads and writes included, above which the whole request costs long; 0 = never.
	above int
	long  engine.Price
}

// ListPrice is what the model's maker asks for it, for a request with a prompt of so many tokens, cached ones included. known
// is false for a model that the table lacks. Names are read as by [Find]; a version that is newer than the table counts as
// its family. What a cloud, a router or a contract charges may differ: a target's configuration says so.
func ListPrice(name string, prompt int) (price engine.Price, known bool) {
	found := lookUp(name).price
	if found.above > 0 && prompt > found.above {
		return found.long, true
	}
	return found.Price, found.family != ""
}
