//go:build race

package trim_test

import "testing"

// notRaced skips a test that counts allocations: under the race detector pools forget on purpose.
func notRaced(t *testing.T) {
	t.Helper()
	t.Skip("pools forget under the race detector")
}
