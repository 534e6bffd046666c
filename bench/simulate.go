package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// simulatedHour is 360,000 requests, with 529s in a third of it. Beside the target that gives them there is one that does not.
const simulatedHour = `
duration: 1h
targets:
  a: { dialect: anthropic, faults: [{ kind: overloaded, share: 50%, from: 20m, for: 20m }] }
  b: { dialect: anthropic }
clients:
  app: { model: claude-opus-5-5, rate: 100/s, patience: 1m }
`

// measureSimulation runs an hour with the default policy, once.
func measureSimulation(ctx context.Context, l *lab) ([]figure, error) {
	file := l.file("hour.yaml")
	if err := os.WriteFile(file, []byte(simulatedHour), 0o600); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, l.spillway, "simulate", file, "--policy", "overload", "--json")
	began := time.Now()
	out, err := command.Output()
	took := time.Since(began)
	if err != nil {
		return nil, fmt.Errorf("simulate: %w\n%s", err, out)
	}
	var result struct {
		Contenders []struct{ Requests, Overloads int }
	}
	if err := json.Unmarshal(out, &result); err != nil {
		return nil, fmt.Errorf("read the result: %w", err)
	}
	if len(result.Contenders) != 1 || result.Contenders[0].Requests < 350_000 || result.Contenders[0].Overloads < 100 {
		return nil, fmt.Errorf("that was no such hour: %+v", result)
	}
	cpu := command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	return []figure{
		{Name: "wall s", Most: 20, Spillway: []float64{took.Seconds()}},
		{Name: "CPU s", Spillway: []float64{cpu.Seconds()}},
		{Name: "CPU µs/request", Spillway: []float64{cpu.Seconds() * 1e6 / float64(result.Contenders[0].Requests)}},
	}, nil
}
