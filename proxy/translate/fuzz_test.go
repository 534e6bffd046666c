package translate_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/grammar"
	"spillway/proxy/model"
	"spillway/proxy/sse"
	"spillway/proxy/translate"
)

var toolID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// given are the files of that name in the goldens of a folder.
func given(t testing.TB, folder string, names ...string) (texts []string) {
	t.Helper()
	paths, err := filepath.Glob("testdata/" + folder + "/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no goldens", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		first := txtar.Parse(text).Files[0]
		for _, name := range names {
			if first.Name == name {
				texts = append(texts, string(first.Data))
			}
		}
	}
	return texts
}

// pieces gives a stream out in pieces of random sizes.
type pieces struct {
	rest []byte
	rand *rand.Rand
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.rest[:min(len(p.rest), 1+p.rand.IntN(40))])
	p.rest = p.rest[n:]
	return n, nil
}

// checkStream holds what is told of a stream, whichever pieces it comes in.
func checkStream(t *testing.T, caller engine.API, stream []byte, seed uint64) {
	t.Helper()
	told, err := follow(across(t, golden{}, caller), bytes.NewReader(stream))
	if wrong := wellFormed(caller, told, err == nil); wrong != nil {
		t.Fatalf("%v\n%s\nof\n%s\n(%v)", wrong, told, stream, err)
	}
	again, err2 := follow(across(t, golden{}, caller), &pieces{stream, rand.New(rand.NewPCG(seed, 1))})
	if !bytes.Equal(told, again) || !errors.Is(err2, err) {
		t.Fatalf("whole:\n%s%v\nin pieces:\n%s%v", told, err, again, err2)
	}
}

var streams = map[engine.API]string{engine.Anthropic: "completion.sse", engine.OpenAI: "message.sse"}

func TestAnySplitOfAStreamIsToldAlike(t *testing.T) {
	for caller, name := range streams {
		for i, text := range given(t, "streams", name) {
			for seed := range uint64(3) {
				checkStream(t, caller, []byte(text), seed+uint64(i)<<32)
			}
		}
	}
}

// end is what ends an answer in either dialect.
var end = regexp.MustCompile(`"finish_reason":"|\[DONE\]|"type":"message_stop"`)

// A stream that ends early, wherever that is, is no whole answer.
func TestNoBeginningOfAStreamIsTheWhole(t *testing.T) {
	for caller, name := range streams {
		for _, text := range given(t, "streams", name) {
			tr := across(t, golden{}, caller)
			for n := 0; n < len(text); n += 37 {
				told, err := follow(tr, strings.NewReader(text[:n]))
				if wrong := wellFormed(caller, told, err == nil); wrong != nil {
					t.Fatalf("%v\n%s\nof\n%s\n(%v)", wrong, told, text[:n], err)
				}
				if err == nil && !end.MatchString(text[:n]) {
					t.Fatalf("ended well:\n%s\nof\n%s", told, text[:n])
				}
			}
		}
	}
}

func FuzzMessageEvents(f *testing.F) { fuzzStream(f, engine.OpenAI) }

func FuzzChunks(f *testing.F) { fuzzStream(f, engine.Anthropic) }

// found are streams on which what was told and how it ended once disagreed.
var found = map[engine.API]string{
	engine.OpenAI:    "event: message_delta\ndata: {\"delta\":{\"stop_reason\":\"0\"}}\n\nevent: 0\ndata: {\"type\":\"message_stop\"}\n\n",
	engine.Anthropic: `data: {"choices":[{"delta":{"tool_calls":[{"function":{"name":"0","arguments":"{\"0\"}"}}]},"finish_reason":"0"}]}` + "\n\n",
}

func fuzzStream(f *testing.F, caller engine.API) {
	f.Add([]byte(found[caller]), uint64(1))
	for _, text := range given(f, "streams", streams[caller]) {
		f.Add([]byte(text), uint64(1))
	}
	f.Fuzz(func(t *testing.T, stream []byte, seed uint64) { checkStream(t, caller, stream, seed) })
}

// What a stream holds back is bounded: by bytes, and by blocks.
func TestWhatWaitsIsBounded(t *testing.T) {
	piece := strings.Repeat("x", 1<<20)
	for name, next := range map[string]func(i int) string{
		"arguments": func(int) string { return `{"tool_calls":[{"index":1,"function":{"arguments":"` + piece + `"}}]}` },
		"text":      func(int) string { return `{"content":"` + piece + `"}` },
		"calls": func(i int) string {
			return `{"tool_calls":[{"index":` + strconv.Itoa(i+2) + `,"function":{"name":"a","arguments":"{"}}]}`
		},
	} {
		t.Run(name, func(t *testing.T) {
			stream := across(t, golden{}, engine.Anthropic).Stream(home)
			step := func(delta string) error {
				_, err := stream.Step(nil, sse.Event{Data: []byte(`{"choices":[{"index":0,"delta":` + delta + `}]}`)})
				return err
			}
			err := step(`{"tool_calls":[{"index":0,"function":{"name":"a","arguments":"{"}},{"index":1,"function":{"name":"b","arguments":"{\"x\":\""}}]}`)
			n := 0
			for ; err == nil && n < 1_100; n++ {
				if name != "calls" && n > 20 {
					t.Fatal("more than 20 MB are held")
				}
				err = step(next(n))
			}
			if err == nil {
				t.Errorf("%d blocks are held", n)
			}
		})
	}
}

func FuzzRequest(f *testing.F) {
	for _, text := range given(f, "requests", "messages") {
		f.Add([]byte(text), true, "openai", "gpt-5.6")
		f.Add([]byte(text), true, "deepseek", "o3")
	}
	for _, text := range given(f, "requests", "chat") {
		f.Add([]byte(text), false, "", "claude-sonnet-4-5")
	}
	f.Add([]byte(`{"model":"m","tools":[{"type":"function","function":{"name":"a","parameters":"x"}}],"messages":[{"role":"user","content":"hi"}]}`), false, "", "")
	f.Fuzz(func(t *testing.T, body []byte, messages bool, server, name string) {
		api, endpoint, check := engine.OpenAI, dialect.ChatCompletions, grammar.Check
		if messages {
			api, endpoint = engine.Anthropic, dialect.Messages
		}
		call, problem := dialect.Parse(api, endpoint, body)
		if problem != nil || !gjson.ValidBytes(body) { // strings with escapes that are none arrive as they are
			return
		}
		odd := check(call) != nil
		tr, err := translate.Request(call, translate.Target{Server: model.FindServer(server, ""), Model: model.Find(name)})
		if err != nil {
			return
		}
		if !gjson.ValidBytes(tr.Call.Body) {
			t.Fatalf("no JSON: %s", tr.Call.Body)
		}
		if wrong := check(tr.Call); wrong != nil && !odd {
			t.Errorf("%v in\n%s\nof\n%s", wrong, tr.Call.Body, body)
		}
	})
}

func FuzzWhole(f *testing.F) {
	for _, text := range given(f, "answers", "message") {
		f.Add([]byte(text), true)
	}
	for _, text := range given(f, "answers", "completion") {
		f.Add([]byte(text), false)
	}
	f.Fuzz(func(t *testing.T, body []byte, message bool) {
		caller := engine.Anthropic
		if message {
			caller = engine.OpenAI
		}
		tr := across(t, golden{}, caller)
		if _, ok := dialect.ReadWhole(tr.Call.API, tr.Call.Endpoint, body); !ok {
			return
		}
		told, err := tr.Whole(body, home)
		if err != nil {
			return
		}
		if !gjson.ValidBytes(told) {
			t.Fatalf("no JSON: %s", told)
		}
		gjson.GetBytes(told, "content.#(type==tool_use)#.input").ForEach(func(_, input gjson.Result) bool {
			if !input.IsObject() {
				t.Errorf("the input %s", input.Raw)
			}
			return true
		})
	})
}
