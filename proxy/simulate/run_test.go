package simulate_test

import (
	"encoding/json"
	"os"
	"runtime"
	"testing"

	"spillway/engine/script"
	"spillway/policies"
	"spillway/proxy/simulate"
)

// small is a scenario in which everything happens that there is, in little time.
const small = `
duration: 2m
vars: { ladder: [claude-opus-5-5, claude-sonnet-5-5], lighten: { trim: { keepToolResults: 1, minTokens: 100 } } }
targets:
  claude:
    dialect: anthropic
    capacity: { claude-opus-5-5: 30, claude-sonnet-5-5: 60 }
    prompt_capacity: 900k
    strain: 3
    prompt_tokens_per_second: 20k
    price: { claude-opus-5-5: { input: 5, output: 25 } }
    faults:
      - { kind: overloaded, share: 90%, from: 20s, for: 20s, every: 1m, models: [claude-opus-5-5] }
      - { kind: in_stream, share: 30%, from: 30s, for: 1m }
      - { kind: rate_limited, share: 5% }
      - { kind: server_error, share: 2% }
      - { kind: reset, share: 2% }
      - { kind: hang, share: 1%, from: 1m, for: 10s }
      - { kind: slow_start, share: 5%, times: 5 }
      - { kind: slow_drip, share: 5% }
      - { kind: stall, share: 1% }
      - { kind: cut, share: 1% }
      - { kind: brownout, share: 50%, from: 90s, rise: 10s }
  eu: { dialect: anthropic, capacity: 10, spend_cap: 0.5, price: { claude-opus-5-5: { input: 5, output: 25 } } }
  gpt: { dialect: openai, models: { big: gpt-5.6 } }
clients:
  app: { model: claude-opus-5-5, rate: 4/s, patience: 40s, timeout: 90s }
  agent: { model: claude-opus-5-5, rate: 30/min, prompt_tokens: { p50: 8k, p95: 40k }, tool_results: 70%, priority: high, forbid: [model] }
  batch: { model: claude-sonnet-5-5, stream: false, priority: low, bursts: [{ at: 1m, requests: 100, over: 5s, every: 90s }] }
  other: { dialect: openai, model: big, rate: 1/s, retries: 0 }
`

func parse(t testing.TB, name, text string) *simulate.Scenario {
	t.Helper()
	s, faults := simulate.Parse(name, []byte(text))
	for _, f := range faults {
		t.Error(f.Frame())
	}
	if faults != nil {
		t.FailNow()
	}
	return s
}

func policy(t testing.TB, name string) simulate.Contender {
	t.Helper()
	program, faults := script.Compile(policies.Files(), name+".ts")
	if faults != nil {
		t.Fatal(faults)
	}
	return simulate.Policy(program)
}

func all(t testing.TB) []simulate.Contender {
	t.Helper()
	return append([]simulate.Contender{policy(t, "overload"), policy(t, "failover")}, simulate.Opponents()...)
}

// result is all that is known of the runs, as bytes.
func result(t *testing.T, s *simulate.Scenario) string {
	t.Helper()
	reports, err := simulate.RunAll(t.Context(), s, all(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(reports, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOneSeedOneResult(t *testing.T) {
	s := parse(t, "small.yaml", small)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	first := result(t, s)
	runtime.GOMAXPROCS(4)
	if again := result(t, s); again != first {
		write(t, first, again)
		t.Fatal("another result on four cores")
	}
	if other := result(t, s.WithSeed(2)); other == first {
		t.Error("another seed has the same result")
	}
}

// write keeps two results for a person to compare.
func write(t *testing.T, first, again string) {
	t.Helper()
	dir := t.ArtifactDir()
	for name, text := range map[string]string{"first.json": first, "again.json": again} {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Error(err)
		}
	}
}

// Whatever happens, the books balance.
func TestBooksBalance(t *testing.T) {
	reports, err := simulate.RunAll(t.Context(), parse(t, "small.yaml", small), all(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reports {
		f := r.Figures
		if f.Served+f.Failed+f.Broken+f.GaveUp != f.Requests || f.Requests != reports[0].Requests {
			t.Errorf("%s: %+v", r.Contender, f)
		}
		sends := 0
		for _, target := range r.Targets {
			sends += target.Answered + target.Overloaded + target.Failed
		}
		if sends != f.Sends {
			t.Errorf("%s: targets got %d sends of %d", r.Contender, sends, f.Sends)
		}
		if f.Served == 0 || f.Served == f.Requests || f.Sends <= f.Served || r.Faults > 0 {
			t.Errorf("%s: %+v, %d faults", r.Contender, f, r.Faults)
		}
	}
}
