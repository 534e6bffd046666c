package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// measureDecision runs the engine's own benchmarks of a decision, in a process of their own.
func measureDecision(ctx context.Context, l *lab) ([]figure, error) {
	test := exec.CommandContext(ctx, "go", "test", "-run=^$", "-bench=Decide", "-count="+strconv.Itoa(l.rounds),
		"-benchtime=1s", "-cpu=1", "spillway/engine/runtime")
	out, err := test.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	figures := parseBenchmarks(string(out))
	if len(figures) == 0 {
		return nil, fmt.Errorf("no benchmark of a decision in\n%s", out)
	}
	return figures, nil
}

// parseBenchmarks reads the lines "BenchmarkName  N  T ns/op" of go test, several a name, into a figure a name.
func parseBenchmarks(out string) []figure {
	var figures []figure
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[3] != "ns/op" {
			continue
		}
		ns, err := strconv.ParseFloat(fields[2], 64)
		if err != nil {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark") + " µs"
		if last := len(figures) - 1; last < 0 || figures[last].Name != name {
			figures = append(figures, figure{Name: name, Most: 10})
		}
		figures[len(figures)-1].Spillway = append(figures[len(figures)-1].Spillway, ns/1e3)
	}
	return figures
}
