package runtime

import (
	"encoding/json"

	"github.com/dop251/goja"
	"github.com/tidwall/gjson"
)

// json is a JSON text as a read-only JavaScript value, null when it is none. Each object and array in it is scanned when
// a policy first looks into it: a long conversation costs no more than what is read of it.
func (c *call) json(text []byte) goja.Value {
	if !json.Valid(text) { // gjson assumes it, and json.Valid bounds the depth
		return goja.Null()
	}
	return c.jsonValue(gjson.ParseBytes(text))
}

func (c *call) jsonValue(r gjson.Result) goja.Value {
	switch {
	case r.IsObject():
		return c.vm.NewDynamicObject(&jsonObject{call: c, text: r})
	case r.IsArray():
		return c.vm.NewDynamicArray(&jsonArray{call: c, text: r})
	default:
		return c.vm.ToValue(r.Value())
	}
}

// jsonObject implements [goja.DynamicObject].
type jsonObject struct {
	call   *call
	text   gjson.Result
	keys   []string
	fields map[string]*jsonField // nil until something is read
}

type jsonField struct {
	text  gjson.Result
	value goja.Value // nil until it is read
}

func (o *jsonObject) scan() {
	if o.fields != nil {
		return
	}
	o.fields = make(map[string]*jsonField)
	o.text.ForEach(func(key, value gjson.Result) bool {
		name := key.String()
		if _, again := o.fields[name]; !again {
			o.keys = append(o.keys, name)
		}
		o.fields[name] = &jsonField{text: value}
		return true
	})
}

func (o *jsonObject) Get(key string) goja.Value {
	defer o.call.enter().Unlock()
	o.scan()
	f := o.fields[key]
	if f == nil {
		return nil
	}
	if f.value == nil {
		f.value = o.call.jsonValue(f.text)
	}
	return f.value
}

func (o *jsonObject) Has(key string) bool {
	defer o.call.enter().Unlock()
	o.scan()
	return o.fields[key] != nil
}

func (o *jsonObject) Keys() []string {
	defer o.call.enter().Unlock()
	o.scan()
	return o.keys
}

func (o *jsonObject) Set(string, goja.Value) bool { return o.call.readOnly() }
func (o *jsonObject) Delete(string) bool          { return o.call.readOnly() }

// jsonArray implements [goja.DynamicArray].
type jsonArray struct {
	call    *call
	text    gjson.Result
	items   []jsonField
	scanned bool
}

func (a *jsonArray) scan() {
	if a.scanned {
		return
	}
	a.scanned = true
	a.text.ForEach(func(_, value gjson.Result) bool {
		a.items = append(a.items, jsonField{text: value})
		return true
	})
}

func (a *jsonArray) Len() int {
	defer a.call.enter().Unlock()
	a.scan()
	return len(a.items)
}

func (a *jsonArray) Get(i int) goja.Value {
	defer a.call.enter().Unlock()
	a.scan()
	if i < 0 || i >= len(a.items) {
		return nil
	}
	item := &a.items[i]
	if item.value == nil {
		item.value = a.call.jsonValue(item.text)
	}
	return item.value
}

func (a *jsonArray) Set(int, goja.Value) bool { return a.call.readOnly() }
func (a *jsonArray) SetLen(int) bool          { return a.call.readOnly() }

// readOnly refuses to write to what the client sent.
func (c *call) readOnly() bool {
	panic(c.vm.NewTypeError("the request's body is read-only: return what should change as `body` of the action"))
}
