package translate

import "strings"

// block writes a part of a user's message as a block.
func (t *Translation) block(part value) {
	switch kind := part.get("type").text(); kind {
	case "text":
		if text := part.get("text"); !text.blank() {
			t.textBlock(text)
		}
	case "image_url":
		t.imageBlock(part.get("image_url"))
	case "file":
		t.documentBlock(part.get("file"))
	default:
		t.refusef("a part of type %s has no equivalent", kind)
	}
}

// textBlock writes a string as a block of text.
func (t *Translation) textBlock(text value) {
	t.w.open('{')
	t.w.key("type").word("text")
	t.w.key("text").value(text)
	t.w.end('}')
}

func (t *Translation) imageBlock(image value) {
	if detail := image.get("detail").text(); detail != "" && detail != "auto" {
		t.Drop("detail")
	}
	address := image.get("url").plain()
	media, data, inline := fromDataURI(address)
	w := &t.w
	switch {
	case inline && isImage[media]:
		t.source("image", media, data, "")
	case inline:
		t.refusef("an image of type %s is not understood there", media)
	case strings.HasPrefix(address, "https://"):
		w.open('{')
		w.key("type").word("image")
		w.key("source").open('{')
		w.key("type").word("url")
		w.key("url").text(address)
		w.end('}')
		w.end('}')
	default:
		t.refusef("an image that is neither in the request nor at an https URL")
	}
}

// isImage are the types of images that Claude sees (Anthropic docs, vision).
var isImage = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

func (t *Translation) documentBlock(file value) {
	media, data, inline := fromDataURI(file.get("file_data").plain())
	if !inline || media != "application/pdf" {
		t.refusef("a file that is no PDF in the request")
		return
	}
	t.source("document", media, data, file.get("filename").plain())
}

// source writes a block of data; title "" = it has none.
func (t *Translation) source(kind, media, data, title string) {
	w := &t.w
	w.open('{')
	w.key("type").word(kind)
	w.key("source").open('{')
	w.key("type").word("base64")
	w.key("media_type").text(media)
	w.key("data").text(data)
	w.end('}')
	if title != "" {
		w.key("title").text(title)
	}
	w.end('}')
}

func fromDataURI(address string) (media, data string, ok bool) {
	rest, ok := strings.CutPrefix(address, "data:")
	if !ok {
		return "", "", false
	}
	media, data, ok = strings.Cut(rest, ";base64,")
	return media, data, ok
}
