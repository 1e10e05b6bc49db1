package cache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"credlease/cache/ring"
	"credlease/provider"
)

// itemName names an item: what kind of thing it is, and which.
func itemName(kind string, key provider.Key) string {
	return ring.Prefix + kind + "-" + string(key[:32])
}

// The kinds of items.
const (
	leaseKind    = "lease"
	identityKind = "identity"
	keysKind     = "keys"
)

// look returns the lease kept under key: the first fresh one in the order of the
// stores, else the one that lives longest, else none. It reads and never writes.
func (c *Cache) look(ctx context.Context, key provider.Key) Lease {
	var best Lease
	for _, s := range c.stores.all {
		found, err := c.read(ctx, s, key)
		c.events.looked(s, found, err, c.margin(found))
		if err != nil {
			continue
		}
		now := time.Now()
		if found.fresh(now, c.margin(found)) {
			return found
		}
		if found.Remaining(now) > best.Remaining(now) || best.Key == "" {
			best = found
		}
	}
	return best
}

// errCleared is the reason for a miss of a lease from before all were cleared.
var errCleared = errors.New("it was cleared")

func (c *Cache) read(ctx context.Context, s *store, key provider.Key) (Lease, error) {
	data, err := s.get(ctx, itemName(leaseKind, key))
	if err != nil {
		return Lease{}, err
	}
	found, err := decodeLease(key, data)
	if err != nil {
		return Lease{}, err
	}
	if found.minted().Before(c.stores.hung.cleared()) {
		return Lease{}, errCleared
	}
	found.Store = s.Name
	return found, nil
}

// keep puts a lease into the first store that takes it, and takes it out of the
// others. A lease that cannot be kept is still one that can be used.
func (c *Cache) keep(ctx context.Context, l *Lease) {
	data, err := encodeLease(*l)
	if err != nil {
		c.Report("keep the lease of " + l.Label + ": " + err.Error())
		return
	}
	began := c.events.now()
	l.Store, err = c.put(ctx, c.stores.all, itemName(leaseKind, l.Key), leaseTitle(*l), data)
	if err != nil {
		trouble := err.Error() + "; the lease of " + l.Label + " is not kept"
		if slices.ContainsFunc(c.stores.all, func(s *store) bool { return s.locked && s.unlock != nil }) {
			trouble += "; run: credlease unlock"
		}
		c.Report(trouble)
		return
	}
	c.events.kept(*l, began)
	if first := c.stores.all[0]; l.Store != first.Name || first.locked {
		c.warnOfTrouble(first)
	}
}

// leaseTitle is what a keyring's own program shows: what, for whom, until when.
func leaseTitle(l Lease) string {
	return "credlease: " + l.Label + ", until " + l.Credentials.Expiration.UTC().Format("2006-01-02 15:04 MST")
}

// put writes an item into the first store that takes it and removes it from the
// rest, so that no look-up finds an older one.
func (c *Cache) put(ctx context.Context, stores []*store, name, title string, data []byte) (string, error) {
	var kept string
	var troubles []error
	for _, s := range stores {
		if kept != "" {
			_ = s.remove(ctx, name) // What is left behind is older, and found later.
			continue
		}
		err := s.set(ctx, name, title, data)
		if errors.Is(err, ring.ErrFull) && c.makeRoom(ctx, s, name) > 0 {
			err = s.set(ctx, name, title, data)
		}
		if err == nil {
			kept = s.Name
			continue
		}
		troubles = append(troubles, err)
	}
	if kept != "" {
		return kept, nil
	}
	switch troubles = unique(troubles); len(troubles) {
	case 0:
		return "", ErrNoStore
	case 1: // It has a hint of its own.
		return "", fmt.Errorf("%w (%w)", ErrNoStore, troubles[0])
	}
	return "", fmt.Errorf("%w (%s)", ErrNoStore, strings.ReplaceAll(errors.Join(troubles...).Error(), "\n", "; "))
}

// warnOfTrouble says why the first store was passed over, or cannot be read.
func (c *Cache) warnOfTrouble(s *store) {
	switch {
	case s.locked:
		c.Report("the keyring is locked, run: credlease unlock")
	case s.openErr != nil && !errors.Is(s.openErr, ring.ErrAbsent):
		c.Report("passed over: " + s.openErr.Error())
	}
}

// unique drops the errors that say what an earlier one says.
func unique(errs []error) []error {
	var once []error
	seen := map[string]bool{}
	for _, err := range errs {
		if !seen[err.Error()] {
			once = append(once, err)
		}
		seen[err.Error()] = true
	}
	return once
}
