package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// headroom is the part of a container's memory that is left to what the runtime does not count.
const headroom = 0.1

// limitMemory makes the collector work harder rather than let the kernel end the process, where a control group bounds its memory
// and GOMEMLIMIT does not say otherwise.
func limitMemory(log *slog.Logger) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	if most := groupMemory(os.DirFS("/")); most < math.MaxInt64 {
		limit := int64(float64(most) * (1 - headroom))
		debug.SetMemoryLimit(limit)
		log.Info("memory is bounded by the control group; GOMEMLIMIT would say otherwise", "group", most, "limit", limit)
	}
}

// groupMemory is how many bytes the control groups of the process allow it; math.MaxInt64 when they do not say.
func groupMemory(root fs.FS) int64 {
	most := int64(math.MaxInt64)
	groups, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return most
	}
	for line := range strings.Lines(string(groups)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3) // number:controllers:path
		switch {
		case len(parts) < 3:
		case parts[1] == "":
			most = min(most, least(root, "sys/fs/cgroup", parts[2], "memory.max"))
		case parts[1] == "memory":
			most = min(most, least(root, "sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes"))
		}
	}
	return most
}

// least is the least limit of a group and those above it. In a container the path may be that of outside, and lead nowhere.
func least(root fs.FS, mount, group, file string) int64 {
	most := int64(math.MaxInt64)
	for group = path.Clean("/" + group); ; group = path.Dir(group) {
		if text, err := fs.ReadFile(root, path.Join(mount, group, file)); err == nil {
			n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
			if err == nil && n > 0 && n < 1<<60 { // version 1 says "no limit" with a number near the largest
				most = min(most, n)
			}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return most
		}
		if group == "/" {
			return most
		}
	}
}
