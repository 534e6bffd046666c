// Package failure reads what a failed answer means.
package failure
