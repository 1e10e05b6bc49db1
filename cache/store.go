package cache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"credlease/internal/deadline"

	"github.com/99designs/keyring"
)

// What a store can say instead of a value.
var (
	// ErrNoStore is returned when no store can keep what is to be kept.
	ErrNoStore = errors.New("no keyring can be used")
	// ErrLocked is returned when the keyring that has it, or should, is locked.
	ErrLocked = errors.New("the keyring is locked")

	errNotKept = errors.New("not kept")
)

// A ring is a store's own way to its items.
type ring interface {
	Get(name string) ([]byte, error)
	Set(name, label string, data []byte) error
	Remove(name string) error
	// Names lists the items that are ours.
	Names() ([]string, error)
}

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
	open  func() (ring, error)

	ring    ring
	openErr error
	hung    *hungDaemons
	gate    gate
}

// How long a keyring may take. The slowest of 200 calls at once took 0.5 s on
// two cores with gnome-keyring.
const (
	readLimit  = 2 * time.Second
	writeLimit = 3 * time.Second
)

// itemPrefix begins the names of our items, in stores that others use as well.
const itemPrefix = "credlease-v1-"

func (s *store) get(ctx context.Context, name string) ([]byte, error) {
	data, err := ask(ctx, s, readLimit, func(r ring) ([]byte, error) {
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
	_, err := ask(ctx, s, writeLimit, func(r ring) (struct{}, error) {
		if s.files {
			defer s.gate.write()()
		}
		return struct{}{}, r.Set(name, label, data)
	})
	return err
}

func (s *store) remove(ctx context.Context, name string) error {
	_, err := ask(ctx, s, writeLimit, func(r ring) (struct{}, error) {
		if s.files {
			defer s.gate.write()()
		}
		return struct{}{}, r.Remove(name)
	})
	if errors.Is(err, errNotKept) {
		return nil
	}
	return err
}

func (s *store) names(ctx context.Context) ([]string, error) {
	return ask(ctx, s, writeLimit, func(r ring) ([]string, error) { return r.Names() })
}

// ask opens the store if need be and makes one call, in time.
func ask[T any](ctx context.Context, s *store, limit time.Duration, call func(ring) (T, error)) (T, error) {
	var none T
	if why := s.hung.why(s.daemon); why != nil {
		return none, why
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	value, err := deadline.Do(ctx, func() (T, error) {
		if s.ring == nil && s.openErr == nil {
			s.ring, s.openErr = s.open()
		}
		if s.openErr != nil {
			return none, s.openErr
		}
		return call(s.ring)
	})
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.hung.add(s.daemon, limit)
	}
	return value, err
}

// library is a ring of 99designs/keyring.
type library struct{ keyring.Keyring }

func openLibrary(config keyring.Config) (ring, error) {
	config.ServiceName = "credlease"
	opened, err := keyring.Open(config)
	if errors.Is(err, keyring.ErrNoAvailImpl) {
		return nil, fmt.Errorf("%s: %w", config.AllowedBackends[0], errAbsent)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", config.AllowedBackends[0], err)
	}
	return library{opened}, nil
}

var errAbsent = errors.New("there is none")

func (l library) Get(name string) ([]byte, error) {
	item, err := l.Keyring.Get(name)
	if errors.Is(err, keyring.ErrKeyNotFound) {
		return nil, errNotKept
	}
	return item.Data, err
}

func (l library) Set(name, label string, data []byte) error {
	return l.Keyring.Set(keyring.Item{Key: name, Data: data, Label: label, Description: "credlease"})
}

func (l library) Remove(name string) error {
	err := l.Keyring.Remove(name)
	if errors.Is(err, keyring.ErrKeyNotFound) || isNotExist(err) {
		return errNotKept
	}
	return err
}

func (l library) Names() ([]string, error) {
	all, err := l.Keyring.Keys()
	var ours []string
	for _, name := range all {
		if strings.HasPrefix(name, itemPrefix) {
			ours = append(ours, name)
		}
	}
	return ours, err
}
