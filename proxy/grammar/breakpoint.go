package grammar

// MaxBreakpoints is how many cache_control marks a request may have (Anthropic docs, prompt caching).
const MaxBreakpoints = 4

// breakpoint counts a part's mark, if it has one.
func (m *messages) breakpoint(at place, p Part) error {
	if p.CacheControl == nil {
		return nil
	}
	if m.breakpoints++; m.breakpoints > MaxBreakpoints {
		return at.wrong("more than %d cache_control breakpoints", MaxBreakpoints)
	}
	switch kind := string(p.Type); {
	case kind == "thinking" || kind == "redacted_thinking":
		return at.wrong("cache_control on a %s block", kind)
	case kind == "text" && isNothing(p.Text):
		return at.wrong("cache_control on an empty text block")
	}
	return nil
}

// toolMarks counts the marks of the tools.
func (m *messages) toolMarks() error {
	at := place{list: "tools"}
	for tool := range Parts(m.call.Value("tools")) {
		if err := m.breakpoint(at, tool); err != nil {
			return err
		}
		at.index++
	}
	return nil
}

// resultMarks counts those inside a tool's result.
func (m *messages) resultMarks(at place, content []byte) error {
	for block := range Parts(content) {
		if err := m.breakpoint(at, block); err != nil {
			return err
		}
	}
	return nil
}
