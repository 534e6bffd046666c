package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"spillway/engine"
	"spillway/engine/runtime"
	"spillway/engine/script"
)

// limit is how long a replayed decision may take: no machine is so busy that a policy in order needs it.
const limit = 250 * time.Millisecond

// mostHung is how many decisions may take longer before the replay is given up.
const mostHung = 5

// Policy decides again what a log holds. One goroutine uses it.
type Policy struct {
	program      *script.Program
	vars, shown  map[string]any
	environments map[string]*environment
	hung         int
}

// environment is the policy in one snapshot's environment.
type environment struct {
	policy  *runtime.Policy
	fault   *engine.Fault
	mask    mask
	unknown bool // vars are masked, and nothing says what they were
}

// NewPolicy makes a program ready to decide again. vars and shown are the configuration's vars, whole and as logs keep them:
// where a log's are the same, its masked ones are known. Both may be nil.
func NewPolicy(program *script.Program, vars, shown map[string]any) *Policy {
	return &Policy{program: program, vars: vars, shown: shown, environments: make(map[string]*environment)}
}

// Close lets the policy's runtimes go.
func (p *Policy) Close() {
	for _, e := range p.environments {
		if e.policy != nil {
			e.policy.Close()
		}
	}
}

// Enter makes an environment of the log known; decisions of its revision can be replayed from now on.
func (p *Policy) Enter(e *Environment) {
	if known := p.environments[e.Revision]; known != nil {
		return // a rotated file says it again
	}
	made := &environment{}
	env := engine.Environment{Vars: e.Vars}
	for _, t := range e.Targets {
		target := engine.Target{Name: t.Name, Dialect: t.Dialect, Models: t.Models, Price: make(map[string]engine.Price, len(t.Price))}
		for model, price := range t.Price {
			target.Price[model] = engine.Price(price)
		}
		env.Targets = append(env.Targets, target)
	}
	if e.Masked {
		if made.unknown = !sameJSON(e.Vars, p.shown); !made.unknown {
			env.Vars, made.mask.secrets = p.vars, secretsIn(any(p.vars), any(p.shown))
		}
	}
	made.policy, made.fault = runtime.New(p.program, env, runtime.Limits{Decide: limit, Abandons: mostHung})
	p.environments[e.Revision] = made
}

// Verdict says what became of a replayed decision.
type Verdict string

// The verdicts.
const (
	Same    Verdict = "same"
	Changed Verdict = "changed"
	Unknown Verdict = "unknown" // it could not be replayed
)

// Result is what became of a replayed decision.
type Result struct {
	Verdict Verdict
	// Why says why it could not be replayed; the same words for the same reason. "" otherwise.
	Why string
	// Change is nil unless it changed. Before and After are then the two choices.
	Change        *Change
	Before, After Chosen
}

// ErrHangs is returned by [Policy.Replay] for a policy that takes too long again and again.
var ErrHangs = errors.New("the policy took too long again and again")

// Replay decides again. What was not recorded is never guessed: a policy that asks for it makes the verdict Unknown.
func (p *Policy) Replay(d *Decision) (Result, error) {
	e := p.environments[d.Revision]
	if why := p.unable(d, e); why != "" {
		return Result{Verdict: Unknown, Why: why}, nil
	}
	world := NewRecorded(d.Ctx.Now, d.Reads, d.Request.Outline)
	made := e.policy.Decide(d.input(world))
	if made.Outcome == engine.OutcomeTimedOut || made.Outcome == engine.OutcomeAbandoned {
		if p.hung++; p.hung >= mostHung {
			return Result{}, fmt.Errorf("%w: %d decisions over %s, the last of them %s #%d: %w", ErrHangs, p.hung, limit, d.ID, d.Number, made.Fault)
		}
	}
	if !made.Replayable && made.Outcome != engine.OutcomeBenched {
		return Result{Verdict: Unknown, Why: "the policy now reads what is not kept: " + strings.Join(hashedReads(made.Reads), ", ")}, nil
	}
	if missing := world.Missing(made.Reads); len(missing) > 0 {
		return Result{Verdict: Unknown, Why: "the policy now reads what was not recorded: " + strings.Join(missing, ", ")}, nil
	}
	result := Result{Verdict: Same, Before: Chosen{Action: d.Action, Fault: d.Fault, At: d.At}, After: Chosen{At: made.At.String()}}
	if made.Fault != nil {
		result.After.Fault, result.After.At = e.mask.words(made.Fault.Message), made.Fault.Position.String()
	} else if err := asJSON(e.mask.action(made.Action), &result.After.Action); err != nil {
		return Result{}, err
	}
	if result.Change = Compare(result.Before, result.After); result.Change != nil {
		result.Verdict = Changed
	}
	return result, nil
}

// unable is why a decision cannot be replayed by any policy, "" if it may be.
func (p *Policy) unable(d *Decision, e *environment) string {
	switch {
	case d.Outcome == engine.OutcomeTimedOut || d.Outcome == engine.OutcomeAbandoned || d.Outcome == engine.OutcomeBenched:
		return "the policy was stopped or not called (" + string(d.Outcome) + "), which depends on the machine"
	case len(d.Hidden) > 0:
		return "kept as a hash only: " + strings.Join(sortedSet(d.Hidden), ", ")
	case e == nil:
		return "the log lacks the environment of revision " + d.Revision
	case e.unknown:
		return "vars of revision " + d.Revision + " came from the process's environment and are hashes; replay with the --config that has them"
	case e.fault != nil:
		return "the policy does not load with the targets and vars of revision " + d.Revision + ": " + e.fault.Error()
	}
	return ""
}

func sortedSet(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

// hashedReads are the reads of which only a hash is kept.
func hashedReads(reads []engine.Read) []string {
	var names []string
	for _, read := range reads {
		if text, ok := read.Value.(string); ok && strings.HasPrefix(text, "sha256:") {
			names = append(names, read.Name)
		}
	}
	return names
}

// input is what the policy was asked, with the recorded world.
func (d *Decision) input(world *Recorded) engine.Input {
	r := &d.Request
	in := engine.Input{
		Request: &engine.Request{
			ID: d.ID, API: r.API, Path: r.Path, Model: r.Model, MaxTokens: r.MaxTokens, Stream: r.Stream, Bytes: r.Bytes,
			Client: engine.Client{Name: r.Client, Priority: r.Priority},
			SDK:    engine.SDK{RetryCount: r.RetryCount, Timeout: r.SDKTimeout.duration()}, Content: world,
		},
		Ctx: engine.Ctx{Now: d.Ctx.Now, TimeLeft: d.Ctx.TimeLeft.duration(), StepsLeft: d.Ctx.StepsLeft, Seed: d.Ctx.Seed, World: world},
	}
	for _, a := range d.Attempts {
		in.Attempts = append(in.Attempts, engine.Attempt{
			Target: a.Target, Model: a.Model, Status: a.Status, Reason: a.Reason, Code: a.Code, Message: a.Message, Retry: a.Retry,
			RetryAfter: a.RetryAfter.duration(), Took: a.Took.duration(), At: a.At, Kind: a.Kind, Edits: a.Edits,
			Key: a.Key, OtherKey: a.OtherKey,
		})
	}
	return in
}

// asJSON is a value as JSON carries it.
func asJSON(value, into any) error {
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("write an action as JSON: %w", err)
	}
	return nil
}
