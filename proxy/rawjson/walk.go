package rawjson

import "iter"

// Members yields the members of an object that has been scanned: each key as it stands between its quotes, and its value.
// Any other value yields none.
func Members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		for at := firstInside(object, '{'); at >= 0; {
			key, value, end := member(object, at)
			if !yield(key, value) {
				return
			}
			at = nextInside(object, end)
		}
	}
}

// member is the key and the value of the member at a place in an object, and where it ends.
func member(b []byte, at int) (key, value []byte, end int) {
	text := SkipString(b, at)
	from := SkipSpace(b, SkipSpace(b, text)+1)
	end = SkipValue(b, from, 0)
	return b[at+1 : text-1], b[from:end], end
}

// Elements yields the elements of an array that has been scanned. Any other value yields none.
func Elements(array []byte) iter.Seq[[]byte] {
	return func(yield func(value []byte) bool) {
		for at := firstInside(array, '['); at >= 0; {
			end := SkipValue(array, at, 0)
			if !yield(array[at:end]) {
				return
			}
			at = nextInside(array, end)
		}
	}
}

// Objects shows the elements of an array that has been scanned, each that is an object member by member: that finds its end, so
// that nothing is walked over twice. done is told of each element behind its members. Any other value has no elements.
func Objects(array []byte, member func(key, value []byte), done func(element []byte)) {
	for at := firstInside(array, '['); at >= 0; {
		end := eachMember(array, at, member)
		done(array[at:end])
		at = nextInside(array, end)
	}
}

// eachMember shows the members of the value at a place, and finds its end.
func eachMember(b []byte, at int, visit func(key, value []byte)) (end int) {
	if b[at] != '{' {
		return SkipValue(b, at, 0)
	}
	end = SkipSpace(b, at+1)
	for b[end] != '}' {
		var key, value []byte
		key, value, end = member(b, end)
		visit(key, value)
		if end = SkipSpace(b, end); b[end] == ',' {
			end = SkipSpace(b, end+1)
		}
	}
	return end + 1
}

// firstInside is where the first element of a list or object begins, -1 when there is none.
func firstInside(b []byte, open byte) int {
	if len(b) == 0 || b[0] != open {
		return -1
	}
	return unlessClosed(b, SkipSpace(b, 1))
}

// nextInside is where the element after the one that ends at end begins, -1 when there is none.
func nextInside(b []byte, end int) int {
	return unlessClosed(b, SkipSpace(b, SkipSpace(b, end)+1))
}

func unlessClosed(b []byte, at int) int {
	if at >= len(b) || b[at] == '}' || b[at] == ']' {
		return -1
	}
	return at
}

// Member is the value of one member of an object, nil when it has none.
func Member(object []byte, name string) []byte {
	for key, value := range Members(object) {
		if string(key) == name {
			return value
		}
	}
	return nil
}

// IsText says whether a value is a string with something in it.
func IsText(value []byte) bool { return len(value) > len(`""`) && value[0] == '"' }

// Word is a string's text where it needs no unescaping, as words of the protocols do not; "" for anything else.
func Word(value []byte) string {
	if !IsText(value) {
		return ""
	}
	return string(value[1 : len(value)-1])
}
