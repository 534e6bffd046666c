//go:build !race

package trim_test

import "testing"

func notRaced(*testing.T) {}
