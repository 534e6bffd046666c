package simulate_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"spillway/proxy/simulate"
)

// The page draws, follows the keyboard and says nothing to the console: its own security policy admits all that it does.
func TestPageInABrowser(t *testing.T) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium here: the page is not tried in a browser")
	}
	s := parse(t, "small.yaml", small)
	reports, err := simulate.RunAll(t.Context(), s, simulate.Opponents(), nil)
	if err != nil {
		t.Fatal(err)
	}
	page, err := simulate.NewResult(s, reports).Page()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		t.Fatal(err)
	}
	tab, said := browse(t, path)
	if err := chromedp.Do(tab, chromedp.EmulateViewport(1280, 900), chromedp.Navigate("file://"+file)); err != nil {
		t.Fatal(err)
	}
	const look = `[document.querySelectorAll(".plot svg path").length, document.querySelector(".legend b").textContent,
		document.querySelector(".now").hidden, document.querySelector(".now").textContent].join(" ")`
	const press = `document.querySelector(".plot").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }))`
	var seen []string
	for _, expression := range []string{look, press, look} {
		value, err := chromedp.Run(tab, chromedp.Evaluate[any](expression))
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, fmt.Sprint(value))
	}
	if want := []string{"21 442 true ", "true", "21 10/s false 0:00"}; !slices.Equal(seen, want) {
		t.Errorf("seen: %q, want %q", seen, want)
	}
	for _, message := range said() {
		t.Errorf("the console says %s", message)
	}
}

// browse opens a tab. said ends it, and tells what it wrote to the console.
func browse(t *testing.T, path string) (tab context.Context, said func() []string) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()))
	bounded, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(stop)
	allocator, stop := chromedp.NewExecAllocator(bounded, options...)
	t.Cleanup(stop)
	tab, end := chromedp.NewContext(allocator)
	console := chromedp.Console(tab)
	all := make(chan []string)
	go func() {
		var messages []string
		for message, err := range console {
			if err == nil {
				messages = append(messages, fmt.Sprintf("%s: %s", message.Type, message.Text))
			}
		}
		all <- messages
	}()
	return tab, func() []string {
		end()
		return <-all
	}
}
