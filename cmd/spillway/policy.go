package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"spillway/engine/nearest"
	"spillway/engine/script"
	"spillway/engine/sourcefile"
	"spillway/policies"
)

// compilePolicy makes the policy that an argument names: a file's, or one that is shipped. others are words that the argument might
// be instead.
func compilePolicy(name string, others ...string) (*script.Program, error) {
	files, entry := policies.Files(), name+".ts"
	if !slices.Contains(shippedPolicies(), name) {
		if err := isPolicyFile(name, others); err != nil {
			return nil, err
		}
		files, entry = sourcefile.Dir(filepath.Dir(name)), filepath.Base(name)
	}
	program, faults := script.Compile(files, entry)
	if len(faults) > 0 {
		return nil, faults
	}
	return program, nil
}

// isPolicyFile says why a name is not that of a policy's file; nil when it is.
func isPolicyFile(name string, others []string) error {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return usageError{fmt.Errorf("%s is a folder; name the file of a policy in it", name)}
	case err == nil:
		return nil
	case strings.ContainsAny(name, `/\.`):
		_, err := given("policy", name)
		return err
	}
	valid := append(shippedPolicies(), others...)
	hint := "there are " + strings.Join(valid, ", ")
	if near := nearest.Name(name, valid); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return usageError{fmt.Errorf("there is no such policy: %s is neither a file nor the name of a shipped one (%s)", name, hint)}
}

// shippedPolicies are the names of the policies in this binary.
func shippedPolicies() (names []string) {
	files, _ := fs.Glob(policies.Files(), "*.ts") // the pattern is good
	for _, file := range files {
		if policy := strings.TrimSuffix(file, ".ts"); !strings.Contains(policy, ".") && !strings.HasPrefix(policy, "_") {
			names = append(names, policy)
		}
	}
	return names
}
