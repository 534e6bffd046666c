package account

import (
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// store is the file: a bbolt database with one bucket, of windows as JSON by client.
type store struct{ path string }

var bucket = []byte("clients")

// patience is how long another process may take to add to the file.
const patience = 2 * time.Second

// entry is what a client spent, and then what it has spent in all.
type entry struct {
	client  string
	spent   Amount
	windows windows
}

// add adds what was spent, and fills in the windows. All of it is on the disk when add returns, or nothing is.
func (s *store) add(entries []entry, now time.Time) (err error) {
	db, err := bbolt.Open(s.path, 0o600, &bbolt.Options{Timeout: patience, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return fmt.Errorf("open %s: %w", s.path, err)
	}
	defer func() {
		if closed := db.Close(); err == nil && closed != nil {
			err = fmt.Errorf("close %s: %w", s.path, closed)
		}
	}()
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
		return fmt.Errorf("add to %s: %w", s.path, err)
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
