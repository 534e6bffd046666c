package account

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// store is the file: a bbolt database with one bucket, of windows as JSON by client.
type store struct {
	path    string
	damaged error // why it is not touched again; nil while it is
}

var bucket = []byte("clients")

// patience is how long another process may take to add to the file.
const patience = 2 * time.Second

// entry is what a client spent, and then what it has spent in all.
type entry struct {
	client  string
	spent   Amount
	windows windows
}

// ErrDamaged is a file that is no longer, or never was, what a book is kept in. What has been spent is counted on without it.
var ErrDamaged = errors.New("the file is damaged")

// add adds what was spent, and fills in the windows. All of it is on the disk when add returns, or nothing is. A damaged file is
// not touched again.
func (s *store) add(entries []entry, now time.Time) (err error) {
	if s.damaged != nil {
		return s.damaged
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // the file is mapped: what it lacks is a fault of memory
	defer func() {
		if defect := recover(); defect != nil { // the database is left as it is: closing it could wait for itself
			s.damaged = fmt.Errorf("%s: %w: %v", s.path, ErrDamaged, defect)
			err = s.damaged
		}
	}()
	return s.update(entries, now)
}

func (s *store) update(entries []entry, now time.Time) error {
	db, err := bbolt.Open(s.path, 0o600, &bbolt.Options{Timeout: patience, FreelistType: bbolt.FreelistMapType})
	_, ofSystem := errors.AsType[*fs.PathError](err)
	switch {
	case err == nil:
	case ofSystem, errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("open %s: %w", s.path, err)
	default:
		return fmt.Errorf("%s: %w: %w", s.path, ErrDamaged, err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucket)
		for i := range entries {
			if err == nil {
				err = entries[i].addTo(b, now)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("add to %s: %w", s.path, errors.Join(err, db.Close()))
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("close %s: %w", s.path, err)
	}
	return nil
}

func (e *entry) addTo(b *bbolt.Bucket, now time.Time) error {
	e.windows = decode(b.Get([]byte(e.client)))
	e.windows.roll(now)
	e.windows.add(e.spent)
	text, err := json.Marshal(e.windows)
	if err != nil {
		return fmt.Errorf("%s: %w", e.client, err)
	}
	return b.Put([]byte(e.client), text) //nolint:wrapcheck // it is, by the caller
}

// decode reads what the file holds of a client. What cannot be read is begun anew: a proxy that counts from now on is better than
// none.
func decode(text []byte) (w windows) {
	if err := json.Unmarshal(text, &w); err != nil {
		return windows{}
	}
	return w
}
