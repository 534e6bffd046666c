package account

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"spillway/proxy/clock"
	"spillway/proxy/config"
)

// Pace is how often what was spent is saved: as much as a crash may lose.
const Pace = time.Second

// Book is all accounts. Safe for concurrent use.
type Book struct {
	clock clock.Clock
	tell  func(error)

	mu       sync.Mutex
	accounts map[string]*Account
	leaving  []*Account // of clients that are no longer, with something to be saved yet
	store    *store     // nil = nothing is kept
	failed   error      // why the last save failed

	saving sync.Mutex // held by the one save at a time
	closed clock.Signal
	saved  sync.WaitGroup
}

// NewBook is an empty book that keeps nothing until [Book.Open]. tell is told when saving begins to fail, and when it no longer
// does: then of nil.
func NewBook(c clock.Clock, tell func(error)) *Book {
	return &Book{clock: c, tell: tell, accounts: map[string]*Account{}}
}

// Open makes the book keep what clients spend in a file, which need not exist; its folder must. A book that has a file
// already keeps to it.
func (b *Book) Open(path string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.store != nil {
		return nil
	}
	s := &store{path: path}
	if err := s.add(nil, b.clock.Now()); err != nil {
		return fmt.Errorf("keep what clients spend: %w", err)
	}
	b.store = s
	b.saved.Add(1)
	b.clock.Go(b.keepSaving)
	return nil
}

func (b *Book) keepSaving() {
	defer b.saved.Done()
	for b.clock.Wait(Pace, &b.closed) < 0 {
		before := b.Failed()
		if err := b.Save(); (err == nil) != (before == nil) {
			b.tell(err)
		}
	}
}

// Close saves for the last time.
func (b *Book) Close() error {
	b.closed.Fire()
	b.saved.Wait()
	return b.Save()
}

// Configure opens an account for each client, and closes those of others. What a client has spent before counts. With an error
// everything stays as it was. One goroutine at a time configures.
func (b *Book) Configure(clients []config.Client) error {
	accounts := make(map[string]*Account, len(clients))
	var opened []*Account
	for i := range clients {
		name := clients[i].Name
		if accounts[name] = b.Account(name); accounts[name] == nil {
			accounts[name] = &Account{client: name}
			opened = append(opened, accounts[name])
		}
	}
	if err := b.save(opened); err != nil {
		return err
	}
	for i := range clients {
		accounts[clients[i].Name].limit(clients[i].Quotas)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, a := range b.accounts {
		if accounts[name] == nil {
			b.leaving = append(b.leaving, a)
		}
	}
	b.accounts = accounts
	return nil
}

// Account is a client's; nil when it has none.
func (b *Book) Account(client string) *Account {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.accounts[client]
}

// States tells of all accounts, by client.
func (b *Book) States(now time.Time) []State {
	var states []State
	b.mu.Lock()
	all := slices.Collect(maps.Values(b.accounts))
	b.mu.Unlock()
	for _, a := range all {
		states = append(states, a.State(now))
	}
	slices.SortFunc(states, func(x, y State) int { return strings.Compare(x.Client, y.Client) })
	return states
}

// Save adds to the file what was spent since the last time. What it cannot save it keeps for the next time.
func (b *Book) Save() error {
	b.mu.Lock()
	b.leaving = slices.DeleteFunc(b.leaving, (*Account).settled)
	all := slices.AppendSeq(slices.Clone(b.leaving), maps.Values(b.accounts))
	b.mu.Unlock()
	return b.save(slices.DeleteFunc(all, func(a *Account) bool { return !a.dirty() }))
}

// Failed is why the last save failed; nil when it did not.
func (b *Book) Failed() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failed
}

// save adds to the file what some accounts spent, and takes from it what there is in all: another process may add too.
func (b *Book) save(accounts []*Account) error {
	b.mu.Lock()
	s := b.store
	b.mu.Unlock()
	if s == nil || len(accounts) == 0 {
		return nil
	}
	b.saving.Lock()
	defer b.saving.Unlock()
	entries := make([]entry, len(accounts))
	for i, a := range accounts {
		a.mu.Lock()
		entries[i] = entry{client: a.client, spent: a.unsaved}
		a.mu.Unlock()
	}
	err := s.add(entries, b.clock.Now())
	b.mu.Lock()
	b.failed = err
	b.mu.Unlock()
	if err != nil {
		return err
	}
	for i, a := range accounts {
		a.mu.Lock()
		a.spent, a.unsaved = entries[i].windows, a.unsaved.minus(entries[i].spent)
		a.spent.add(a.unsaved)
		a.mu.Unlock()
	}
	return nil
}
