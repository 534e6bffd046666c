package proof

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// writer makes a conversation's choices and writes it down.
type writer struct {
	r     *rand.Rand
	gap   string // white space around elements of lists
	ids   int
	marks int // for the cache, that are left
}

func (w *writer) chance(percent int) bool { return w.r.IntN(100) < percent }

func pick[T any](w *writer, of ...T) T { return of[w.r.IntN(len(of))] }

func (w *writer) list(elements ...string) string {
	if len(elements) == 0 {
		return pick(w, "[]", "[ ]")
	}
	return "[" + w.gap + strings.Join(elements, w.gap+","+w.gap) + w.gap + "]"
}

// object writes members, each "name":value, in any order.
func (w *writer) object(members ...string) string {
	if w.chance(30) {
		w.r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	}
	return "{" + strings.Join(members, ","+w.gap) + "}"
}

func member(name, value string) string { return `"` + name + `":` + value }

func kind(name string) string { return `"type":"` + name + `"` }

// words are what a careless reader of JSON stumbles over, as they stand inside a string.
var words = []string{
	"word", "go on", `\n`, `\"`, `\\`, `\\\"`, `]`, `[{`, `}`, `,`, `\u0041`, `\ud83d\ude00`, "\u65e5\u672c\u8a9e", "é",
	`\"type\":\"tool_use\"`, `{\"role\":\"user\"}`, `\"cache_control\":{}`, `[old tool result cleared]`, "thinking", `\t`,
}

// text is a JSON string that says something, of at most so many words.
func (w *writer) text(most int) string {
	var b strings.Builder
	b.WriteString(`"so`)
	for range w.r.IntN(most + 1) {
		b.WriteString(pick(w, " ", ""))
		b.WriteString(words[w.r.IntN(len(words))])
	}
	b.WriteByte('"')
	return b.String()
}

// long is a text of a tool: short, or a good deal longer than any placeholder.
func (w *writer) long() string {
	if w.chance(20) {
		return w.text(3)
	}
	word := words[w.r.IntN(len(words))] + " "
	return `"` + strings.Repeat(word, (130+w.r.IntN(300))/len(word)) + `"`
}

func (w *writer) id(prefix string) string {
	w.ids++
	return fmt.Sprintf(`"%s_%d"`, prefix, w.ids)
}

// block adds to a block what any may have: now and then a mark that stays, or the place of one that moves.
func (w *writer) marked(b string, movable bool) string {
	switch inside := b[:len(b)-1]; {
	case w.marks > 0 && w.chance(5):
		w.marks--
		return inside + cacheControl + "}"
	case movable:
		return inside + mark + "}"
	}
	return b
}

func (w *writer) data() string {
	return `"` + strings.Repeat("iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB", 2+w.r.IntN(6)) + `"`
}
