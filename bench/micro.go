package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// micro measures with a package's own benchmarks, in a process of their own; most is the µs that each may take, 0 = any.
func micro(pattern, pkg string, most float64) func(context.Context, *lab) ([]figure, error) {
	return func(ctx context.Context, l *lab) ([]figure, error) {
		test := exec.CommandContext(ctx, "go", "test", "-run=^$", "-bench="+pattern, "-count="+strconv.Itoa(l.rounds),
			"-benchtime=1s", "-cpu=1", pkg)
		out, err := test.CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("%w\n%s", err, out)
		}
		figures := parseBenchmarks(string(out), most)
		if len(figures) == 0 {
			return nil, fmt.Errorf("no benchmark like %s in\n%s", pattern, out)
		}
		return figures, nil
	}
}

// parseBenchmarks reads the lines "BenchmarkName  N  T ns/op" of go test, several a name, into a figure a name, with
// this budget in µs.
func parseBenchmarks(out string, most float64) []figure {
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
			figures = append(figures, figure{Name: name, Most: most})
		}
		figures[len(figures)-1].Spillway = append(figures[len(figures)-1].Spillway, ns/1e3)
	}
	return figures
}
