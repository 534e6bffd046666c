package estimate

// unseen is how long an answer is taken to be of a model that has not given one yet, in tokens.
const unseen = 500

// Answer is how many tokens the model's next answer is expected to have: as many as its answers have of late.
func (e *Estimator) Answer(name string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if length, known := e.answers[name]; known {
		return int(length)
	}
	return unseen
}

// LearnAnswer takes how long an answer was. 0 or less tells nothing.
func (e *Estimator) LearnAnswer(name string, tokens int) {
	if tokens <= 0 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	length, known := e.answers[name]
	switch {
	case known:
		length += smoothing * (float64(tokens) - length)
	case e.answers == nil || len(e.answers) >= models:
		e.answers = make(map[string]float64)
		fallthrough
	default:
		length = float64(tokens)
	}
	e.answers[name] = length
}
