// Command bench measures what Spillway costs, beside the least that any proxy on fasthttp can cost.
//
//	go run ./bench
//
// It starts a fast target, a bare forwarder and Spillway as processes of their own, puts the same load on the two
// proxies in turn, and prints what each of them spent. Read it in this order:
//
//	main.go       the scenarios
//	lab.go        the processes and their files
//	contest.go    the same load on both proxies, round after round
//	target.go     what stands in for Claude
//	forwarder.go  the floor: copy the request, copy the answer
//	spillway.go   the real binary, with its default policy
//	process.go    what a process spent, read from /proc
//	load.go       the clients; payload.go is what they send, latency.go what they note
//	stream.go     reading server-sent events
//	open.go       memory of streams that stay open
//	micro.go      the packages' own benchmarks
//	team.go       all that a team switches on, beside Spillway without it
//	reload.go     from an edit saved to the edit in force
//	simulate.go   an hour in virtual time
//	report.go     figures, ratios and budgets
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

// scenario is one thing measured.
type scenario struct {
	name, title string
	run         func(context.Context, *lab) ([]figure, error)
}

func scenarios() []scenario {
	return []scenario{
		{"small", "1 KB request, JSON answer, 64 connections", smallContest},
		{"large", "200 KB request, JSON answer, 16 connections", largeContest},
		{"stream", "SSE answers of 60 deltas, one each 10 ms, 64 connections", streamContest},
		{"burst", "the same answers without a pause, many events a packet", burstContest},
		{"open", fmt.Sprintf("%d open SSE streams", openStreams), measureOpen},
		{"team", "keys, limits, traces at 1 %, decision log; the floor is Spillway with none of it", teamContest},
		{"decision", "one decision of the engine", micro("Decide", "spillway/engine/runtime", 10)},
		{"first", "the first decision of each shipped policy", micro("DecideFirst", "spillway/policies", 10)},
		{"gate", "admission: one visit, and a line of 10,000", micro("Visit|Refusal|Health|Line", "spillway/proxy/gate", 0)},
		{"event", "one event of an answer from another dialect", micro("Event", "spillway/proxy/translate", 3)},
		{"across", "a request of 200 KB into another dialect", micro("Request", "spillway/proxy/translate", 2000)},
		{"trim", "a coding agent's request of 1 MB and 400 messages, trimmed", micro("Trim", "spillway/proxy/trim", 5000)},
		{"handle", "one request without listener and target", micro("Handle", "spillway/proxy", 0)},
		{"decisions", "the decision log, on the path of one request", micro("LogDecision", "spillway/proxy", 3)},
		{"reload", fmt.Sprintf("%d edits of a policy file", edits), measureReload},
		{"simulate", "a simulated hour at 100 requests/s, 529s in a third of it", measureSimulation},
	}
}

func main() {
	if serve, ok := children()[arg(1)]; ok {
		exitOn(serve(arg(2), arg(3)))
		return
	}
	exitOn(run())
}

// children are the roles that this binary plays when it starts itself again: ROLE ADDRESS ARGUMENT.
func children() map[string]func(address, argument string) error {
	return map[string]func(string, string) error{"target": serveTarget, "forwarder": serveForwarder, "collector": serveCollector}
}

func run() (err error) {
	var l lab
	chosen := flag.String("scenario", "all", "which scenarios to run, separated by commas")
	flag.IntVar(&l.rounds, "rounds", 3, "how often each proxy is measured")
	flag.DurationVar(&l.duration, "duration", 5*time.Second, "of one measurement")
	asJSON := flag.Bool("json", false, "print the report as JSON")
	flag.StringVar(&l.profiles, "profile", "", "write CPU profiles of Spillway to this `directory`, one a contest, if its admin serves them")
	flag.Parse()

	wanted, err := choose(*chosen)
	if err != nil {
		return err
	}
	if l.rounds < 1 || l.duration <= 0 {
		return errors.New("-rounds and -duration must be positive")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := l.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	return runAll(ctx, &l, wanted, *asJSON)
}

func choose(list string) ([]scenario, error) {
	all := scenarios()
	if list == "all" {
		return all, nil
	}
	var wanted []scenario
	for name := range strings.SplitSeq(list, ",") {
		at := slices.IndexFunc(all, func(s scenario) bool { return s.name == name })
		if at < 0 {
			return nil, fmt.Errorf("no scenario %q; there are %s", name, names(all))
		}
		wanted = append(wanted, all[at])
	}
	return wanted, nil
}

func names(all []scenario) string {
	list := make([]string, len(all))
	for i, s := range all {
		list[i] = s.name
	}
	return strings.Join(list, ", ")
}

// runAll goes on after a scenario that failed, so that one missing part does not hide the other figures, unless it was
// interrupted.
func runAll(ctx context.Context, l *lab, wanted []scenario, asJSON bool) error {
	var failures []error
	report := newReport(l)
	for _, s := range wanted {
		fmt.Fprintf(os.Stderr, "%s: %s …\n", s.name, s.title)
		figures, err := s.run(ctx, l)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", s.name, err))
			if ctx.Err() != nil {
				break
			}
			continue
		}
		report.add(s, figures)
	}
	if asJSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		failures = append(failures, out.Encode(report))
	} else {
		report.print(os.Stdout)
	}
	return errors.Join(failures...)
}

func arg(i int) string {
	if i < len(os.Args) {
		return os.Args[i]
	}
	return ""
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
