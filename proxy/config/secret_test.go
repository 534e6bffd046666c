package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"spillway/proxy/config"
)

func TestSecretIsNeverShown(t *testing.T) {
	const value = "hunter2"
	holder := struct{ Key config.Secret }{config.Conceal(value)}
	var shown bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
		fmt.Fprintf(&shown, verb+"\n", holder.Key)
		fmt.Fprintf(&shown, verb+"\n", holder)
		fmt.Fprintf(&shown, verb+"\n", &holder)
	}
	fmt.Fprintln(&shown, holder.Key.String(), holder.Key)
	slog.New(slog.NewJSONHandler(&shown, nil)).Info("json", "key", holder.Key, "holder", holder)
	slog.New(slog.NewTextHandler(&shown, nil)).Info("text", "key", holder.Key, "holder", holder)
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
		text, err := marshal(holder)
		if err != nil || !bytes.Contains(text, []byte("***")) {
			t.Errorf("marshalled %s, %v", text, err)
		}
		shown.Write(text)
	}
	for _, form := range []string{value, fmt.Sprintf("%x", value), fmt.Sprintf("%X", value)} {
		if strings.Contains(shown.String(), form) {
			t.Errorf("the secret shows in\n%s", shown.String())
		}
	}
	if holder.Key.Reveal() != value {
		t.Errorf("revealed %q", holder.Key.Reveal())
	}
}
