package dashboard_test

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// browser is a tab of a headless Chromium that looks at a lab's dashboard.
type browser struct {
	*testing.T

	tab  context.Context //nolint:containedctx // chromedp's handle of a tab is a context
	said chan string     // what the page, or Chromium about it, wrote to the console: errors, refused scripts, missing files
}

// browse opens the dashboard. Without a Chromium the test is skipped. At its end the console must be empty.
func browse(t *testing.T, l *lab) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium here: the dashboard is not tried in a browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()))
	bounded, stop := context.WithTimeout(context.Background(), patience)
	t.Cleanup(stop)
	allocator, stop := chromedp.NewExecAllocator(bounded, options...)
	t.Cleanup(stop)
	tab, stop := chromedp.NewContext(allocator)
	b := &browser{T: t, tab: tab, said: make(chan string, 100)}
	console := chromedp.Console(tab)
	go func() {
		defer close(b.said)
		for message, err := range console {
			if err == nil {
				b.said <- fmt.Sprintf("%s: %s %s", message.Type, message.Text, message.URL)
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		for message := range b.said {
			if strings.Contains(message, "401 (Unauthorized)") { // the page asks, to see whether it needs a token
				continue
			}
			t.Errorf("the console says %s", message)
		}
	})
	b.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(l.admin))
	b.until("a verdict, or the question for a token", `document.querySelector("#headline, form.token")`)
	return b
}

// forgive takes one message off the console: that of something which the test did on purpose.
func (b *browser) forgive() {
	b.Helper()
	select {
	case <-b.said:
	case <-b.tab.Done():
		b.Fatal("the console says nothing")
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.tab, steps...); err != nil {
		b.Fatal(err)
	}
}

// until waits for an expression to be true.
func (b *browser) until(what, expression string) {
	b.Helper()
	look := `new Promise((done) => {
	  const look = () => (` + expression + `) ? done(true) : requestAnimationFrame(look);
	  look();
	  setTimeout(() => done(false), 20_000);
	})`
	if !read[bool](b, look) {
		b.Fatalf("there is not %s; the page says\n%s", what, read[string](b, `document.activeElement.outerHTML + "\n" + document.body.innerText`))
	}
}

// read evaluates an expression, a promise too.
func read[T any](b *browser, expression string) T {
	b.Helper()
	value, err := chromedp.Run(b.tab, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return value
}

// run evaluates a statement.
func (b *browser) run(statement string) {
	b.Helper()
	read[bool](b, "(() => { "+statement+"; return true; })()")
}

// press types keys, as a person without a mouse.
func (b *browser) press(keys ...string) {
	b.Helper()
	for _, key := range keys {
		b.do(chromedp.KeyEvent(key))
	}
}

// tabTo presses Tab until what has the focus matches a selector and holds a text.
func (b *browser) tabTo(selector, text string) {
	b.Helper()
	for range 60 {
		b.press("\t")
		if read[bool](b, fmt.Sprintf(`document.activeElement.matches(%q) && document.activeElement.textContent.includes(%q)`, selector, text)) {
			return
		}
	}
	b.Fatalf("Tab never comes to %s %q", selector, text)
}

// prefer sets what the person's system says of colours.
func (b *browser) prefer(scheme string) {
	b.Helper()
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
	if _, err := chromedp.Call(b.tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		b.Fatal(err)
	}
}

// text is what a person reads in an element.
func (b *browser) text(selector string) string {
	b.Helper()
	return strings.Join(strings.Fields(read[string](b, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))), " ")
}
