package trim

import (
	"spillway/proxy/grammar"
	"spillway/proxy/rawjson"
)

// knife turns cuts into splices of the body, and counts them.
type knife struct {
	survey  *survey
	cuts    cuts
	splices []rawjson.Splice
	done    Result
}

func (k *knife) cut() {
	s := k.survey
	from := s.from(k.cuts)
	k.turns(from)
	for _, l := range s.loose {
		if l.message >= from && k.goes(l) {
			k.splices = append(k.splices, rawjson.Splice{From: l.from, To: l.to, With: l.with})
		}
	}
	for i := from; i < k.cuts.thinking; i++ {
		if m := s.messages[i]; m.thinks {
			k.thoughts(grammar.Read(s.call.Body[m.from:m.to]))
		}
	}
}

// turns takes out the messages before one, which stays.
func (k *knife) turns(from int) {
	if from == 0 {
		return
	}
	gone := newRemoval(k)
	for _, m := range k.survey.messages[:from] {
		gone.element(m.from, m.to, !m.stays)
	}
	kept := k.survey.messages[from]
	gone.element(kept.from, kept.to, false)
}

// goes says whether a part is cut of a message that stays, and counts it.
func (k *knife) goes(l loose) bool {
	results := k.survey.results(k.cuts)
	switch {
	case l.kind == result && l.message < results:
		k.done.ToolResults++
	case l.kind == image && l.message < k.cuts.images && (!l.inside || l.message >= results):
		k.done.Images++
	default:
		return false
	}
	return true
}

// thoughts takes the thinking out of a message.
func (k *knife) thoughts(p grammar.Part) {
	if k.survey.form.chat {
		k.done.Thinking++
		k.member(p.Raw, "reasoning_content")
		return
	}
	k.done.Thinking += k.blocks(p.Content, onlyThinks(p.Content), isThinking)
}

// blocks takes those out of a list of which goes says so, or all, and says how many they were.
func (k *knife) blocks(list []byte, all bool, goes func(grammar.Part) bool) (gone int) {
	blocks := newRemoval(k)
	for b := range grammar.Parts(list) {
		from, cut := k.offset(b.Raw), all || goes(b)
		if cut {
			gone++
		}
		blocks.element(from, from+len(b.Raw), cut)
	}
	blocks.close()
	return gone
}

// member takes a member out of an object.
func (k *knife) member(object []byte, name string) {
	members := newRemoval(k)
	for key, value := range rawjson.Members(object) {
		from := k.offset(value)
		members.element(k.offset(key)-len(`"`), from+len(value), string(key) == name)
	}
	members.close()
}

func (k *knife) offset(part []byte) int { return rawjson.Offset(k.survey.call.Body, part) }
