package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"spillway/engine"
	"spillway/engine/nearest"
	"spillway/engine/policyset"
	"spillway/engine/runtime"
	"spillway/proxy/config"
)

// Files are what a snapshot is made of, as they are at one moment.
type Files struct {
	Config   *config.Config
	Text     []byte // of the configuration
	policies *policyset.Source
	env      engine.Environment
}

// revision hashes configuration, vars and policies, and the files of keys and certificates.
func (f *Files) revision(policies string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s%s", f.Text, policies, f.Config.FilesSum()))
	return hex.EncodeToString(sum[:4])
}

// Revision is that of the snapshot that Build would make, without its work.
func (f *Files) Revision() string { return f.revision(f.policies.Revision(f.env)) }

// load compiles and tests the policies, asks each about a few situations that it will meet one day, and reports everything
// that is wrong with them. What previous, which may be nil, has tested is not tested again.
func (f *Files) load(previous *policyset.Set) (*policyset.Set, engine.Faults) {
	faults := f.unknownPolicies()
	set, failed := policyset.Load(previous, f.policies, f.env, runtime.Limits{Decide: f.Config.Limits.Decide})
	if len(failed) > 0 {
		return nil, append(faults, failed...)
	}
	if faults = append(faults, sampled(f.Config, set)...); len(faults) > 0 {
		set.Close()
		return nil, faults
	}
	return set, nil
}

// unknownPolicies are the policies that the configuration names and the folder lacks.
func (f *Files) unknownPolicies() (faults engine.Faults) {
	names := f.policies.Names()
	if len(names) == 0 {
		return nil // which says more
	}
	for _, ref := range f.Config.PolicyRefs() {
		if slices.Contains(names, ref.Name) {
			continue
		}
		hint := "there are " + strings.Join(names, ", ") + "; the default is chosen with `policy: NAME` in spillway.yaml"
		if near := nearest.Name(ref.Name, names); near != "" {
			hint = "did you mean " + strconv.Quote(near) + "?"
		}
		faults = append(faults, &engine.Fault{
			Position: ref.At, Source: ref.Source, Message: fmt.Sprintf("there is no policy %q", ref.Name), Hint: hint,
		})
	}
	return faults
}
