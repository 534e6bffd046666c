package proxy_test

import (
	"strings"
	"testing"

	"spillway/proxy/config"
	"spillway/proxy/simtarget"
)

// status is what a client gets that shows a key.
func (l *lab) status(t *testing.T, key string) int {
	t.Helper()
	return l.Post(t, "/v1/messages", message(false), "X-Api-Key", key).StatusCode
}

// A client's keys may be several, only their sums may be known, and files of them change while requests are served.
func TestKeysRotate(t *testing.T) {
	hashed := config.SumOf("third").String()
	l := start(t, setup{Targets: []simtarget.Config{{}}, Config: `
clients:
  - { name: shop, keys: [ { file: keys/shop }, "` + hashed + `" ] }
  - { name: other, key: { file: keys/other } }
`, Files: map[string]string{"keys/shop": "first\n\n# the next\nsecond\n", "keys/other": "other-key"}})
	want := func(accepted bool, keys ...string) {
		t.Helper()
		for _, key := range keys {
			if got := l.status(t, key); got == 200 != accepted {
				t.Errorf("%s gets %d", key, got)
			}
		}
	}
	want(true, "first", "second", "third", "other-key")
	want(false, "# the next", "", hashed, strings.TrimPrefix(hashed, "sha256:"))
	before := l.Revision()
	l.Write(t, "keys/shop", "second")
	for l.Revision() == before && t.Context().Err() == nil {
		l.Get(t, "/healthz")
	}
	want(true, "second", "third", "other-key")
	want(false, "first")

	l.Write(t, "keys/shop", "other-key")
	rejected := awaitPolicies(t, l, `"state": "rejected"`)
	if !strings.Contains(rejected, "is that of two clients, shop and other") || strings.Contains(rejected, "other-key") {
		t.Error(rejected)
	}
	l.Write(t, "keys/shop", "\n")
	awaitPolicies(t, l, "holds no key")
	want(true, "second", "third", "other-key")
}

// A key that the proxy does not know does no harm beside one that it knows.
func TestKeysInBothHeaders(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}, Policies: clientPolicies, Config: clients})
	for _, c := range [][2]string{{"shop-key", "Bearer none"}, {"none", "Bearer shop-key"}} {
		if got := l.Post(t, "/v1/messages", message(false), "X-Api-Key", c[0], "Authorization", c[1]); got.StatusCode != 200 {
			t.Errorf("%v: %d %s", c, got.StatusCode, got.Body)
		}
	}
}
