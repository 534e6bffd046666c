package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
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
	root     string // of the policies, as a person would write it
	policies fs.FS
	env      engine.Environment
}

// revision hashes configuration, vars and policies, and the files of keys and certificates.
func (f *Files) revision(policies string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s%s", f.Text, policies, f.Config.FilesSum()))
	return hex.EncodeToString(sum[:4])
}

// Revision is that of the snapshot that Build would make, without its work; "" when the policies cannot be read.
func (f *Files) Revision() string {
	policies, err := policyset.Revision(f.policies, f.env)
	if err != nil {
		return ""
	}
	return f.revision(policies)
}

// load compiles and tests the policies, asks each about a few situations that it will meet one day, and reports everything
// that is wrong with them. What previous, which may be nil, has tested is not tested again.
func (f *Files) load(previous *policyset.Set) (*policyset.Set, engine.Faults) {
	set, faults := policyset.Load(previous, f.root, f.policies, f.env, runtime.Limits{Decide: f.Config.Limits.Decide})
	if dir := f.Config.PoliciesDir(); len(faults) == 1 && dir != "" && faults[0].File == f.root && faults[0].Hint == "" {
		faults[0].Hint = beside(f.root)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	faults = unknownPolicies(f.Config, set)
	if len(faults) == 0 {
		faults = sampled(f.Config, set)
	}
	if len(faults) > 0 {
		set.Close()
		return nil, faults
	}
	return set, nil
}

// unknownPolicies are the policies that the configuration names and the set lacks.
func unknownPolicies(c *config.Config, set *policyset.Set) (faults engine.Faults) {
	for _, ref := range c.PolicyRefs() {
		if set.Policy(ref.Name) != nil {
			continue
		}
		hint := "there are " + strings.Join(set.Names(), ", ") + "; the default is chosen with `policy: NAME` in spillway.yaml"
		if near := nearest.Name(ref.Name, set.Names()); near != "" {
			hint = "did you mean " + strconv.Quote(near) + "?"
		}
		faults = append(faults, &engine.Fault{
			Position: ref.At, Source: ref.Source, Message: fmt.Sprintf("there is no policy %q", ref.Name), Hint: hint,
		})
	}
	return faults
}
