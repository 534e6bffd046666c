package grammar

// pairing follows tool calls and their results through a conversation.
type pairing struct {
	reuse bool           // an id may name another call once its first was answered
	turns map[string]int // by id, the message with its call, or answered
	open  int            // calls that wait for a result
}

const answered = -2 // no message before the first has this index either

// call notes a call in a message; false when its id names another.
func (p *pairing) call(id []byte, message int) bool {
	if made, twice := p.turns[string(id)]; twice && (made != answered || !p.reuse) {
		return false
	}
	if p.turns == nil {
		p.turns = make(map[string]int)
	}
	p.turns[string(id)] = message
	p.open++
	return true
}

// result closes the call that was made in a message; false when there is none that is open.
func (p *pairing) result(id []byte, message int) bool {
	if made, known := p.turns[string(id)]; !known || made != message {
		return false
	}
	p.turns[string(id)] = answered
	p.open--
	return true
}

// answer closes a call wherever it was made; false when it is not open.
func (p *pairing) answer(id []byte) bool {
	made, known := p.turns[string(id)]
	return known && made != answered && p.result(id, made)
}
