package cache

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"credlease/cache/ring"
)

// A Probe is what came of writing an item to a store, reading it and removing it.
type Probe struct {
	Store   string
	Lasting bool  // it outlives a reboot
	Err     error // [ErrLocked], [ErrAbsent], or what else went wrong
	Write   time.Duration
	Read    time.Duration
	Remove  time.Duration
}

// ErrAbsent is returned where there is no such keyring.
var ErrAbsent = ring.ErrAbsent

// probeSize is that of a large lease, in bytes.
const probeSize = 3 << 10

// Probe tries every store with an item of 3 KB, which it removes. It makes no
// keyring prompt, and is no try for a store that is locked.
func (c *Cache) Probe(ctx context.Context) []Probe {
	var probes []Probe
	for _, s := range c.stores.all {
		p := Probe{Store: s.Name, Lasting: s.lasting}
		p.Err = p.try(ctx, s)
		probes = append(probes, p)
	}
	return probes
}

func (p *Probe) try(ctx context.Context, s *store) error {
	name := ring.Prefix + "probe-" + rand.Text()
	if _, err := s.get(ctx, name); err != nil && !errors.Is(err, ring.ErrNotKept) {
		return err
	}
	value := []byte(`{"probe":"`)
	for len(value) < probeSize {
		value = append(value, rand.Text()...) // It is not to be packed to nothing.
	}
	value = append(value, `"}`...)
	began := time.Now()
	err := s.set(ctx, name, "credlease: a probe of doctor, to be removed", value)
	p.Write = time.Since(began)
	if err != nil {
		_ = s.remove(ctx, name) // It may be there all the same.
		return err
	}
	began = time.Now()
	got, err := s.get(ctx, name)
	p.Read = time.Since(began)
	began = time.Now()
	removed := s.remove(ctx, name)
	p.Remove = time.Since(began)
	switch {
	case err != nil:
		return err
	case !bytes.Equal(got, value):
		return fmt.Errorf("%s: it does not give back what was written", s.Name)
	case s.locked:
		return fmt.Errorf("%s: an item of ours in it is locked: %w", s.Name, ErrLocked)
	}
	return removed
}

// LockTrouble says why no lock can be taken, so that processes at once mint each
// for itself, or is nil.
func (c *Cache) LockTrouble() error {
	_, err := c.runtime.path()
	return err
}
