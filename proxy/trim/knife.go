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
	s.form.spared = nil
	for i := from; i < max(s.results(k.cuts), k.cuts.thinking, k.cuts.images); i++ {
		k.message(i)
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

func (k *knife) message(index int) {
	s := k.survey
	p := grammar.Read(s.call.Body[s.messages[index].from:s.messages[index].to])
	blocks := newRemoval(k)
	for part := range s.form.parts(p) {
		goes := k.goes(part, index)
		switch {
		case part.kind == thought && s.form.chat:
			if goes {
				k.member(p.Raw, "reasoning_content")
			}
		case s.messages[index].assistant && !s.form.chat:
			from := k.offset(part.raw)
			blocks.element(from, from+len(part.raw), goes)
		case goes:
			from := k.offset(part.raw)
			k.splices = append(k.splices, rawjson.Splice{From: from, To: from + len(part.raw), With: part.with})
		}
	}
	blocks.close()
}

// goes says whether a part of a message that stays is cut, and counts it.
func (k *knife) goes(p part, index int) bool {
	results := k.survey.results(k.cuts)
	switch {
	case p.kind == result && index < results:
		k.done.ToolResults++
	case p.kind == thought && index < k.cuts.thinking:
		k.done.Thinking++
	case p.kind == image && index < k.cuts.images && (!p.inside || index >= results):
		k.done.Images++
	default:
		return false
	}
	return true
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
