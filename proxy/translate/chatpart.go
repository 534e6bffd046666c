package translate

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// chatPart writes a block of a user's message as a part.
func (t *Translation) chatPart(block gjson.Result) {
	t.dropIf(block, "cache_control", "citations")
	switch kind := block.Get("type").Str; kind {
	case "text":
		t.textPart(block.Get("text").String())
	case "image":
		t.imagePart(block.Get("source"))
	case "document":
		t.documentPart(block)
	default:
		t.refusef("a block of type %s has no equivalent", kind)
	}
}

func (t *Translation) textPart(text string) {
	t.w.open('{')
	t.w.key("type").word("text")
	t.w.key("text").text(text)
	t.w.end('}')
}

func (t *Translation) imagePart(source gjson.Result) {
	address := ""
	switch kind := source.Get("type").Str; {
	case kind == "base64":
		address = dataURI(source)
	case kind == "url" && t.to.Server.NoImageURLs:
		t.refusef("an image by its URL is not understood there")
	case kind == "url":
		address = source.Get("url").String()
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
func (t *Translation) documentPart(document gjson.Result) {
	source, about := document.Get("source"), document.Get("context").String()
	switch kind := source.Get("type").Str; kind {
	case "text":
		texts := []string{document.Get("title").String(), about, source.Get("data").String()}
		t.textPart(strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), "\n\n"))
	case "base64":
		if about != "" {
			t.textPart(about)
		}
		w := &t.w
		w.open('{')
		w.key("type").word("file")
		w.key("file").open('{')
		w.key("filename").text(strings.TrimSuffix(orElse(document.Get("title"), "document"), ".pdf") + ".pdf")
		w.key("file_data").text(dataURI(source))
		w.end('}')
		w.end('}')
	default: // a URL, a file's id, blocks
		t.refusef("a document of source %s has no equivalent", kind)
	}
}

func dataURI(source gjson.Result) string {
	return "data:" + source.Get("media_type").String() + ";base64," + source.Get("data").String()
}
