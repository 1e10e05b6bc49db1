package cache

import (
	"context"
	"errors"
	"time"

	"credlease/cache/ring"
	"credlease/internal/deadline"
	"credlease/internal/load"
)

// What a store can say instead of a value.
var (
	// ErrNoStore is returned when no store can keep what is to be kept.
	ErrNoStore = errors.New("no keyring can be used")
	// ErrLocked is returned when the keyring that has it, or should, is locked.
	ErrLocked = ring.ErrLocked
	// ErrPassphrase is returned for what the file backend cannot decrypt.
	ErrPassphrase = ring.ErrPassphrase
)

// A SilentError says which keyring's daemon did not answer.
type SilentError struct{ Daemon, When string }

func (e *SilentError) Error() string { return e.Daemon + ": it did not answer " + e.When }

// A store is a place where items may be kept. Its calls end in time, whatever
// the keyring does.
type store struct {
	Name string // as status prints it
	// daemon is what serves it: when that hangs once, it is asked no more.
	daemon string
	// lasting stores outlive a reboot.
	lasting bool
	// small stores have so little room that values are packed.
	small bool
	// files are not written atomically: readers and writers lock each other out.
	files bool
	// asks holds where a call may ask a human for a passphrase.
	asks bool
	// unlock may ask for a password. Without it, there is nothing to unlock.
	unlock func(context.Context) error
	// busy tells a daemon that has too much to do from one that hangs.
	busy func() bool
	open func() (ring.Ring, error)

	opened  func() (ring.Ring, error) // open, once
	openErr error                     // what came of it, as far as it is known
	locked  bool                      // it is, or an item that was asked for
	hung    *hungDaemons
	gate    gate
	events  events
}

// How long a keyring may take, and four times as long one that has too much to do.
// The slowest of 200 calls at once took 0.5 s on two cores with gnome-keyring.
const (
	readLimit  = 2 * time.Second
	writeLimit = 3 * time.Second
)

func (s *store) get(ctx context.Context, name string) ([]byte, error) {
	data, err := ask(ctx, s, "get", readLimit, func(r ring.Ring) ([]byte, error) {
		if s.files {
			defer s.gate.read()()
		}
		return r.Get(name)
	})
	if err != nil {
		return nil, err
	}
	return unpack(data)
}

func (s *store) set(ctx context.Context, name, label string, data []byte) error {
	if s.small {
		data = pack(data)
	}
	_, err := ask(ctx, s, "set", writeLimit, func(r ring.Ring) (struct{}, error) {
		if s.files {
			defer s.gate.write()()
		}
		return struct{}{}, r.Set(name, label, data)
	})
	return err
}

func (s *store) remove(ctx context.Context, name string) error {
	_, err := ask(ctx, s, "remove", writeLimit, func(r ring.Ring) (struct{}, error) {
		if s.files {
			defer s.gate.write()()
		}
		return struct{}{}, r.Remove(name)
	})
	if errors.Is(err, ring.ErrNotKept) {
		return nil
	}
	return err
}

func (s *store) names(ctx context.Context) ([]string, error) {
	return ask(ctx, s, "list", writeLimit, func(r ring.Ring) ([]string, error) { return r.Names() })
}

// ask opens the store if need be and makes one call, in time.
func ask[T any](ctx context.Context, s *store, what string, limit time.Duration, call func(ring.Ring) (T, error)) (T, error) {
	var none T
	began := s.events.now()
	if why := s.hung.why(s.daemon); why != nil {
		return none, why
	}
	if s.asks {
		limit = humanBudget
	}
	type answer struct {
		value   T
		openErr error
	}
	// One that comes too late is no part of the store's state.
	got, err := deadline.Patiently(ctx, limit, s.patience(), func() (answer, error) {
		opened, err := s.opened()
		if err != nil {
			return answer{openErr: err}, err
		}
		value, err := call(opened)
		return answer{value: value}, err
	})
	if got.openErr != nil {
		s.openErr = got.openErr
	}
	s.locked = s.locked || errors.Is(err, ErrLocked)
	switch {
	case errors.Is(err, deadline.ErrSilent):
		err = s.hung.add(s.daemon, limit)
	case errors.Is(err, context.DeadlineExceeded):
		err = &SilentError{s.daemon, "in time"}
	}
	s.events.asked(s, what, err, began)
	return got.value, err
}

// patience gives a store that has too much to do its time again, and once to one of
// which that is not known on a busy machine.
func (s *store) patience() func() bool {
	given := false
	return func() bool {
		if s.busy != nil && s.busy() {
			return true
		}
		first := !given
		given = true
		return first && load.MachineBusy()
	}
}
