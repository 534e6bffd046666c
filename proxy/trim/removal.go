package trim

import "spillway/proxy/rawjson"

// removal takes elements out of a JSON list, or members out of an object, with the commas that part them.
type removal struct {
	knife     *knife
	kept      int // behind the last element that stays; -1 without one
	from, end int // of the elements that go and have no splice yet; from is -1 without any
}

func newRemoval(k *knife) removal { return removal{knife: k, kept: -1, from: -1} }

// element comes next in the list.
func (r *removal) element(from, end int, goes bool) {
	switch {
	case goes && r.from < 0:
		r.from, r.end = from, end
	case goes:
		r.end = end
	default:
		if r.from >= 0 {
			r.splice(r.from, from)
		}
		r.kept = end
	}
}

// close ends the list.
func (r *removal) close() {
	switch {
	case r.from < 0:
	case r.kept < 0:
		r.splice(r.from, r.end)
	default:
		r.splice(r.kept, r.end)
	}
}

func (r *removal) splice(from, to int) {
	r.knife.splices = append(r.knife.splices, rawjson.Splice{From: from, To: to})
	r.from = -1
}
