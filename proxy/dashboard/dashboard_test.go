package dashboard_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Names and messages from outside show as what they are, and harm nothing.
func TestHostileNames(t *testing.T) {
	l := start(t)
	id := l.ask(t, hostile)
	b := browse(t, l)
	b.until("the model's name among the targets", fmt.Sprintf(`document.querySelector("#targets").innerText.includes(%q)`, hostile))
	b.until("and among the requests", fmt.Sprintf(`document.querySelector("#requests").innerText.includes(%q)`, hostile))
	b.do(chromedp.Navigate(l.admin + "/#request/" + id))
	b.until("the story", fmt.Sprintf(`document.querySelector("#explain").innerText.includes(%q)`, "overloaded "+hostile))
	if story := b.text("#explain"); !strings.Contains(story, "<b>because</b>") || !strings.Contains(story, "mine.ts:3") {
		t.Errorf("the story: %s", story)
	}
	if harm := read[string](b, `JSON.stringify([window.harmed ?? null, document.querySelectorAll("img, b[onclick], iframe").length])`); harm != "[null,0]" {
		t.Errorf("harmed: %s", harm)
	}
	if _, err := chromedp.Run(b.tab, chromedp.Evaluate[string](`document.body.innerHTML = "<p>"`)); err == nil {
		t.Error("the page's policy lets a string be parsed as markup")
	}
	b.forgive() // Chromium tells of that attempt
}

// A request of a model that nobody has may name anything as its id.
func TestHostileAddress(t *testing.T) {
	l := start(t)
	b := browse(t, l)
	b.run(`location.hash = "request/" + encodeURIComponent("../../healthz?" + ` + "`" + hostile + "`" + `)`)
	b.until("an answer", `document.querySelector("#explain [role=alert]")?.innerText.includes("not here")`)
	b.forgive() // Chromium tells of the 404
}

// All of it without a mouse: pause a target, resume it, read a request's story, close it.
func TestKeyboard(t *testing.T) {
	l := start(t)
	id := l.ask(t, "claude-opus-5-5")
	b := browse(t, l)
	b.until("the gate", `document.querySelector("#targets tbody")`)
	b.tabTo("button", "Pause… a claude-opus-5-5")
	b.press("\r")
	b.until("the dialog", `document.querySelector("#order").open && document.activeElement.name === "model"`)
	b.tabTo("input[name=because]", "")
	b.press("l", "u", "n", "c", "h", "\r")
	b.until("the pause", `document.querySelector("#targets .state.paused") && document.querySelector("#targets .reason").innerText.includes("lunch")`)
	if got := b.text("#targets .reason"); !strings.Contains(got, "by an operator") {
		t.Errorf("the reason: %s", got)
	}
	b.until("its announcement", `document.querySelector("#said").textContent.includes("closed") && document.querySelector(".notice").textContent.includes("is paused")`)
	b.tabTo("button", "Resume a claude-opus-5-5")
	b.press(" ")
	b.until("the end of the pause", `document.querySelector("#targets .state.probing")`)
	b.tabTo("a[href^='#request/']", id)
	b.press("\r")
	b.until("the story", `document.querySelector("#explain").open && document.querySelector("#explain .steps")`)
	b.press("\x1b")
	b.until("its end", `!document.querySelector("#explain").open && location.hash === ""`)
	if focused := read[string](b, `document.activeElement.textContent`); focused != id {
		t.Errorf("after the story the focus is on %q", focused)
	}
}

// A rejected edit shows its code frame; a good one takes it away.
func TestRejectedEdit(t *testing.T) {
	l := start(t)
	b := browse(t, l)
	l.write(t, "policies/mine.ts", "export function decide() {\n  return { sent: `a<script>` };\n}\n"+"}")
	b.until("the rejection", `document.querySelector("#policies .fault")?.innerText.includes("mine.ts:4")`)
	if got := b.text("#verdict"); !strings.Contains(got, "an edit was rejected") {
		t.Errorf("the verdict: %s", got)
	}
	l.write(t, "policies/mine.ts", policy+"\n")
	b.until("the good edit", `!document.querySelector("#policies .rejected") && document.querySelector("#headline").innerText === "All is quiet"`)
}

// Text can be read in both colour schemes: its contrast is at least 4.5 to 1 (WCAG 2.2, 1.4.3).
func TestContrast(t *testing.T) {
	l := start(t)
	l.ask(t, hostile)
	l.ask(t, "closed")
	b := browse(t, l)
	b.until("a closed target", `document.querySelector("#targets .state.paused")`)
	pages := map[string]string{}
	for _, scheme := range []string{"light", "dark"} {
		b.prefer(scheme)
		pages[scheme] = read[string](b, `getComputedStyle(document.body).backgroundColor`)
		for _, low := range read[[]string](b, lowContrast) {
			t.Errorf("%s: %s", scheme, low)
		}
	}
	if pages["light"] == pages["dark"] {
		t.Errorf("both schemes are %s", pages["light"])
	}
	b.run(`document.querySelector(".theme select").value = "light"; document.querySelector(".theme select").dispatchEvent(new Event("change"))`)
	b.until("the theme that was chosen", fmt.Sprintf(`getComputedStyle(document.body).backgroundColor === %q`, pages["light"]))
}

// lowContrast lists the texts whose colour is too near to what is behind them.
const lowContrast = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgb = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = (color) => rgb(color).slice(0, 3).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (rgb(c)[3] === 255) return c; } return "white"; };
  const low = [];
  for (const e of document.querySelectorAll("body *")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility() || e.closest(".unseen, .skip")) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((a, b) => b - a);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.push(e.tagName + "." + e.className + " " + e.textContent.slice(0, 30) + ": " + ratio.toFixed(2));
  }
  return low;
})()`

// Nothing needs to be moved sideways on a telephone.
func TestNarrow(t *testing.T) {
	l := start(t)
	l.ask(t, hostile)
	l.ask(t, strings.Repeat("long-", 60))
	b := browse(t, l)
	b.do(chromedp.EmulateViewport(360, 740))
	b.until("the targets", `document.querySelector("#targets tbody")`)
	if wide := read[int](b, `document.documentElement.scrollWidth`); wide > 360 {
		t.Errorf("the page is %d wide", wide)
	}
}

// Everything comes from the admin address itself.
func TestOffline(t *testing.T) {
	l := start(t)
	b := browse(t, l)
	for _, name := range read[[]string](b, `performance.getEntriesByType("resource").map((e) => e.name)`) {
		if !strings.HasPrefix(name, l.admin+"/") {
			t.Errorf("it loads %s", name)
		}
	}
}

// What a screen reader needs: every control and region has a name, headings are in order, and there is one h1.
func TestNames(t *testing.T) {
	l := start(t)
	l.ask(t, "claude-opus-5-5")
	b := browse(t, l)
	b.until("a gate", `document.querySelector("#targets tbody")`)
	nameless := read[[]string](b, `[...document.querySelectorAll("a, button, input, select, [role=img]")].filter((e) =>
	  !(e.textContent.trim() || e.getAttribute("aria-label") || e.labels?.length)).map((e) => e.outerHTML)`)
	if len(nameless) > 0 {
		t.Errorf("without a name: %v", nameless)
	}
	dangling := read[[]string](b, `[...document.querySelectorAll("section, article")].map((e) => e.getAttribute("aria-labelledby")).filter((id) => !document.getElementById(id))`)
	if len(dangling) > 0 {
		t.Errorf("labelled by what is not there: %v", dangling)
	}
	if levels := read[string](b, `[...document.querySelectorAll("h1, h2, h3")].map((e) => e.tagName[1]).join("")`); !strings.HasPrefix(levels, "12") || strings.Contains(levels, "13") || strings.Count(levels, "1") != 1 {
		t.Errorf("headings: %s", levels)
	}
	spoken := read[string](b, `document.querySelector("#latency [role=img], [aria-labelledby=latency-title] [role=img]").getAttribute("aria-label")`)
	if !strings.Contains(spoken, "median") {
		t.Errorf("a chart says %q", spoken)
	}
}

// A candidate shows what has come of its trial.
func TestCandidate(t *testing.T) {
	l := start(t)
	b := browse(t, l)
	l.write(t, "policies/other.ts", `export function decide(request, attempts) { return attempts.length ? { fail: "last" } : { send: "b" } }`)
	config, err := os.ReadFile(filepath.Join(l.dir, "spillway.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	l.write(t, "spillway.yaml", string(config)+"candidates: { mine: { candidate: other, shadow: 100% } }\n")
	b.until("the trial", `document.querySelector("#policies .candidate")?.innerText.includes("other is tried in the place of mine, as a shadow for 100 % of requests")`)
	l.ask(t, "claude-opus-5-5")
	b.until("the difference", `document.querySelector("#policies .candidate").innerText.includes("1 decision compared, 1 of them different (send 1)")`)
}

// A decision can be taken from a story into a table.
func TestCopyAsATestRow(t *testing.T) {
	l := start(t)
	id := l.ask(t, "claude-opus-5-5")
	b := browse(t, l)
	b.run(`Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => { window.copied = text } } });
	  window.button = (says) => [...document.querySelectorAll("#explain button")].find((e) => e.innerText.startsWith(says));
	  location.hash = "#request/` + id + `"`)
	b.until("the button", `button("Copy as a test row")`)
	b.run(`button("Copy as a test row").click()`)
	b.until("what came of it", `button("Copied")`)
	if row := read[string](b, `window.copied`); !strings.Contains(row, `want: { because: "<b>because</b>", send: "a" }`) {
		t.Error(row)
	}
}
