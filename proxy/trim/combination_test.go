package trim_test

import (
	"spillway/proxy/dialect"
	"spillway/proxy/model"
	"spillway/proxy/trim/proof"
)

// wheel turns a number into choices, so that successive numbers make every combination of them.
type wheel uint64

func turn[T any](w *wheel, of ...T) T {
	n := wheel(len(of))
	choice := of[*w%n]
	*w /= n
	return choice
}

// combinations is how many sets of options [combination] makes.
const combinations = 4 * 4 * 2 * 3 * 4 * 2 * 3 * 3 * 2 * 3

// combination is one of all sets of options, for a conversation that is so long at its end.
func combination(n uint64, end *proof.Request, moves bool) *proof.Rules {
	w := wheel(n)
	r := &proof.Rules{}
	r.KeepToolResults = turn(&w, nil, new(3), new(0), new(7))
	r.KeepTurns = turn(&w, nil, new(1), new(0), new(6))
	r.DropThinking = turn(&w, false, true)
	r.Images = turn(&w, "", "keep", "drop old")
	share := turn(&w, 0, 20, 50, 90)
	r.MinTokens = turn(&w, 0, 150)
	r.Except = turn(&w, nil, []string{"read"}, []string{"write", "bash"})
	r.Placeholder = turn(&w, "", "-", `gone "for" good`)
	r.PrefixBound = turn(&w, false, true)
	r.Tokens = turn(&w, weigh, func(raw []byte) int { return len(raw) / 3 }, func(raw []byte) int { return len(raw) })
	if moves {
		r.Tokens = weigh // of these the one that does not count what clients move
	}
	if share > 0 {
		r.To = max(1, end.Estimate(r)*share/100)
	}
	return r
}

// weigh is how the proxy estimates.
func weigh(raw []byte) int { return dialect.Weigh(raw).Tokens(opus) }

var opus = model.Find("claude-opus-4-6")
