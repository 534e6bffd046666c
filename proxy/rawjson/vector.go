//go:build !purego

package rawjson

import (
	"github.com/bytedance/sonic/decoder"
	"github.com/bytedance/sonic/utf8"
)

// vectorFrom is the number of bytes from which vector instructions are worth the call.
const vectorFrom = 8 << 10

// skipLarge reads an object, array or string with vector instructions, where the machine has them: several times as fast as byte
// by byte where strings are full of escapes. It gives 0 for what is no JSON to it, and then the other functions say what is wrong. It
// bounds how deep a value nests too, but at 4,096 levels.
func skipLarge(b []byte, at int) int {
	start, length := decoder.Skip(b[at:])
	end := at + length
	if start < 0 || b[at] == '"' && end == len(b) { // sonic 1.15.5 lets some strings end there that have no end
		return 0
	}
	return end
}

// ValidText says whether b is UTF-8.
func ValidText(b []byte) bool { return utf8.Validate(b) }
