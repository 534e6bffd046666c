package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

const edits = 20

// measureReload edits a file in a folder that has all the shipped policies and their tables, and asks the proxy each
// millisecond which revision serves, until it is a new one.
func measureReload(ctx context.Context, l *lab) ([]figure, error) {
	target, err := l.startTarget(ctx, answerJSON)
	if err != nil {
		return nil, err
	}
	defer target.stop()
	folder, err := l.copyPolicies(ctx)
	if err != nil {
		return nil, err
	}
	spillway, err := l.startSpillway(ctx, configFor(target)+fmt.Sprintf("policies: %q\n", folder))
	if err != nil {
		return nil, err
	}
	defer spillway.stop()

	all := figure{Name: "edit saved → in force ms", Most: 150}
	for n := range edits {
		took, err := timeEdit(ctx, spillway, folder, n+1)
		if err != nil {
			return nil, fmt.Errorf("edit %d: %w\n%s", n+1, err, spillway.tail())
		}
		all.Spillway = append(all.Spillway, took.Seconds()*1e3)
	}
	return []figure{all, {Name: "the slowest ms", Spillway: []float64{slices.Max(all.Spillway)}}}, nil
}

// copyPolicies is a folder with everything that ships, and the file to be edited.
func (l *lab) copyPolicies(ctx context.Context) (string, error) {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the shipped policies: %w", err)
	}
	folder := l.file("policies")
	shipped := os.DirFS(filepath.Join(strings.TrimSpace(string(root)), "policies"))
	return folder, errors.Join(os.CopyFS(folder, shipped), edit(folder, 0))
}

// edit replaces a policy the way editors do: the new file is complete before it takes the old one's name.
func edit(folder string, n int) error {
	source := fmt.Sprintf("export default { decide() { return { send: \"claude\", because: \"edit %d\" }; } };\n", n)
	draft := filepath.Join(folder, "edited.ts~")
	return errors.Join(os.WriteFile(draft, []byte(source), 0o644), os.Rename(draft, filepath.Join(folder, "edited.ts")))
}

func timeEdit(ctx context.Context, spillway *process, folder string, n int) (time.Duration, error) {
	client := newClient(spillway.address, false)
	defer client.CloseIdleConnections()
	old, err := servingPolicy(client)
	if err != nil {
		return 0, err
	}
	if err := edit(folder, n); err != nil {
		return 0, err
	}
	saved := time.Now()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for time.Since(saved) < 5*time.Second {
		serving, err := servingPolicy(client)
		if err != nil || serving != old {
			return time.Since(saved), err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-tick.C:
		}
	}
	return 0, fmt.Errorf("still %s after 5 s", old)
}

// servingPolicy is the policy that decided a request just now, name@revision.
func servingPolicy(client *fasthttp.HostClient) (string, error) {
	var req fasthttp.Request
	var resp fasthttp.Response
	fillRequest(&req, client.Addr, smallRequest(false))
	if err := client.Do(&req, &resp); err != nil {
		return "", err
	}
	policy := string(resp.Header.Peek("x-spillway-policy"))
	if resp.StatusCode() != fasthttp.StatusOK || !strings.Contains(policy, "@") {
		return "", fmt.Errorf("status %d, policy %q: %.300s", resp.StatusCode(), policy, resp.Body())
	}
	return policy, nil
}
