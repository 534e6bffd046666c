package translate

import (
	"cmp"
	"slices"
	"strings"
)

// chatPart writes a block of a user's message as a part.
func (t *Translation) chatPart(block value) {
	t.dropIf(block, "cache_control", "citations")
	switch kind := block.get("type").text(); kind {
	case "text":
		t.textPart(block.get("text"))
	case "image":
		t.imagePart(block.get("source"))
	case "document":
		t.documentPart(block)
	default:
		t.refusef("a block of type %s has no equivalent", kind)
	}
}

func (t *Translation) textPart(text value) {
	t.w.open('{')
	t.w.key("type").word("text")
	t.w.key("text").joined("", "", text)
	t.w.end('}')
}

func (t *Translation) imagePart(source value) {
	address := ""
	switch kind := source.get("type").text(); {
	case kind == "base64":
		address = dataURI(source)
	case kind == "url" && t.to.Server.NoImageURLs:
		t.refusef("an image by its URL is not understood there")
	case kind == "url":
		address = source.get("url").plain()
	default:
		t.refusef("an image of source %s is at Anthropic alone", kind)
	}
	w := &t.w
	w.open('{')
	w.key("type").word("image_url")
	w.key("image_url").open('{')
	w.key("url").text(address)
	w.end('}')
	w.end('}')
}

// documentPart: what is said of a document is told before it.
func (t *Translation) documentPart(document value) {
	source, about := document.get("source"), document.get("context").plain()
	switch kind := source.get("type").text(); kind {
	case "text":
		texts := []string{document.get("title").plain(), about, source.get("data").plain()}
		t.textPart(quoted(strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), "\n\n")))
	case "base64":
		if about != "" {
			t.textPart(quoted(about))
		}
		w := &t.w
		w.open('{')
		w.key("type").word("file")
		w.key("file").open('{')
		w.key("filename").text(strings.TrimSuffix(cmp.Or(document.get("title").plain(), "document"), ".pdf") + ".pdf")
		w.key("file_data").text(dataURI(source))
		w.end('}')
		w.end('}')
	default: // a URL, a file's id, blocks
		t.refusef("a document of source %s has no equivalent", kind)
	}
}

func dataURI(source value) string {
	return "data:" + source.get("media_type").plain() + ";base64," + source.get("data").plain()
}
