package proof

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Judge is why a target would refuse a body: nil when it keeps every rule that is known.
func Judge(chat bool, body []byte) error {
	r, err := reader{}.read(body)
	if err != nil {
		return err
	}
	return r.Judge(chat)
}

// Judge is why a target would refuse the request: nil when it keeps every rule that is known.
func (r *Request) Judge(chat bool) error {
	if len(r.messages) == 0 {
		return errors.New("no messages")
	}
	if chat {
		return r.judgeChat()
	}
	for _, rule := range [...]func() error{r.judgeFrame, r.judgeMarks, r.judgeRoles, r.judgeCalls, r.judgeServerCalls, r.judgeContents} {
		if err := rule(); err != nil {
			return err
		}
	}
	return nil
}

func isBlank(text string) bool { return strings.TrimSpace(text) == "" }

// hasTools says whether the request has any.
func (r *Request) hasTools() bool { return len(decode[[]block](r.Tools)) > 0 }

// judgeFrame: the thinking budget is at least 1,024 and below max_tokens; the system prompt may be "", but no white space,
// and none of its blocks may be empty.
func (r *Request) judgeFrame() error {
	if r.Thinking.Type == "enabled" && (r.Thinking.Budget < 1024 || r.Thinking.Budget >= r.MaxTokens && !r.hasTools()) {
		return fmt.Errorf("budget_tokens %d of %d", r.Thinking.Budget, r.MaxTokens)
	}
	if len(r.messages) > 100_000 {
		return errors.New("too many messages")
	}
	system := readContent(r.System)
	if !system.isList && system.text != "" && isBlank(system.text) {
		return errors.New("a blank system prompt")
	}
	for _, b := range system.blocks {
		if b.Text == nil || isBlank(*b.Text) {
			return errors.New("an empty block in the system prompt")
		}
	}
	return nil
}

// judgeMarks: at most four, the automatic one among them, and none on thinking or an empty text.
func (r *Request) judgeMarks() error {
	all := slices.Concat(readContent(r.System).blocks, decode[[]block](r.Tools))
	for _, m := range r.messages {
		all = append(all, m.content.blocks...)
		for _, b := range m.content.blocks {
			all = append(all, b.content.blocks...)
		}
	}
	marks := 0
	if isThere(r.CacheControl) {
		marks++
	}
	for _, b := range all {
		if !isThere(b.CacheControl) {
			continue
		}
		if marks++; marks > 4 {
			return errors.New("more than four marks for the cache")
		}
		if strings.HasSuffix(b.Type, "thinking") || b.Type == "text" && b.Text != nil && *b.Text == "" {
			return errors.New("a mark on " + b.Type)
		}
	}
	return nil
}
