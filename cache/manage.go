package cache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"credlease/cache/ring"
)

// An item is what a store has under a name.
type item struct {
	store *store
	name  string
	data  []byte
	err   error // why there is no data
}

// each reads all items of a kind in the stores given. It returns the troubles of
// the stores that it could not read, and the last that do found with each other,
// but none in the same words twice.
func (c *Cache) each(ctx context.Context, stores []*store, kind string, do func(item) error) []error {
	var troubles []error
	add := func(trouble error) {
		if !slices.ContainsFunc(troubles, func(t error) bool { return t.Error() == trouble.Error() }) {
			troubles = append(troubles, trouble)
		}
	}
	for _, s := range stores {
		names, err := s.names(ctx)
		if err != nil {
			if !errors.Is(err, ring.ErrAbsent) {
				add(err)
			}
			continue
		}
		var trouble error
		for _, name := range names {
			if !strings.HasPrefix(name, ring.Prefix+kind+"-") {
				continue
			}
			data, err := s.get(ctx, name)
			if err := do(item{s, name, data, err}); err != nil {
				trouble = err
			}
		}
		if trouble != nil {
			add(trouble)
		}
	}
	return troubles
}

// Leases returns the leases that are kept and alive, the one that ends first at
// the front.
func (c *Cache) Leases(ctx context.Context) ([]Lease, []error) {
	var leases []Lease
	now := time.Now()
	troubles := c.each(ctx, c.stores.all, leaseKind, func(i item) error {
		l, err := c.decodeListed(i.name, i.data)
		if err == nil && l.Remaining(now) > 0 {
			l.Store = i.store.Name
			leases = append(leases, l)
		}
		return nil
	})
	slices.SortFunc(leases, func(a, b Lease) int { return a.Credentials.Expiration.Compare(b.Credentials.Expiration) })
	return leases, troubles
}

// makeRoom removes from a store the leases that have expired and what is about to
// be replaced, and returns how many that were.
func (c *Cache) makeRoom(ctx context.Context, s *store, replaced string) int {
	var dropped int
	now := time.Now()
	c.each(ctx, []*store{s}, leaseKind, func(i item) error {
		if l, err := c.decodeListed(i.name, i.data); err == nil && l.Remaining(now) > 0 && i.name != replaced {
			return nil
		}
		if s.remove(ctx, i.name) == nil {
			dropped++
		}
		return nil
	})
	return dropped
}

// decodeListed reads a lease of which only the item's name is known.
func (c *Cache) decodeListed(name string, data []byte) (Lease, error) {
	key, err := keptKey(data)
	if err != nil || itemName(leaseKind, key) != name {
		return Lease{}, errNotALease
	}
	l, err := decodeLease(key, data)
	if err == nil && l.minted().Before(c.stores.hung.cleared()) {
		return Lease{}, errNotALease
	}
	return l, err
}

// A StoreReport says of a store whether it can be used.
type StoreReport struct {
	Name    string `json:"name"`
	Usable  bool   `json:"usable"`
	Trouble string `json:"trouble,omitempty"`
}

// Stores tries every store, in the order in which they are asked. After
// [Cache.Leases], it tells of locked items too.
func (c *Cache) Stores(ctx context.Context) []StoreReport {
	var reports []StoreReport
	for _, s := range c.stores.all {
		report := StoreReport{Name: s.Name, Usable: true}
		switch _, err := s.get(ctx, ring.Prefix+"probe"); {
		case err != nil && !errors.Is(err, ring.ErrNotKept):
			report.Usable, report.Trouble = false, err.Error()
		case s.locked:
			report.Usable, report.Trouble = false, s.Name+": an item of ours in it is locked"
		}
		reports = append(reports, report)
	}
	return reports
}

// Cleared is what Clear did.
type Cleared struct {
	Leases   int
	Troubles []error // of stores that could not be opened
}

// Clear forgets the leases whose label contains match, or all of them. In stores
// that cannot be opened, those of before count as forgotten when all are.
func (c *Cache) Clear(ctx context.Context, match string) (Cleared, error) {
	if match != "" {
		return c.clear(ctx, func(label string) bool { return strings.Contains(label, match) })
	}
	done, failed := c.clear(ctx, nil)
	if err := c.stores.hung.clear(time.Now()); err != nil && len(done.Troubles) > 0 {
		return done, fmt.Errorf("clear leases: note the time: %w", err)
	}
	return done, failed
}

// clearMadeWith forgets the leases that were made with kept keys.
func (c *Cache) clearMadeWith(ctx context.Context, keys string) error {
	_, err := c.clear(ctx, func(label string) bool { return strings.HasSuffix(label, " from keys "+keys) })
	return err
}

// clear forgets the leases whose label matches, or all where nothing is to match.
func (c *Cache) clear(ctx context.Context, matches func(label string) bool) (Cleared, error) {
	var done Cleared
	var failed error
	done.Troubles = c.each(ctx, c.stores.all, leaseKind, func(i item) error {
		if matches != nil {
			if errors.Is(i.err, ErrLocked) {
				return i.err
			}
			l, err := c.decodeListed(i.name, i.data)
			if err != nil || !matches(l.Label) {
				return nil
			}
		}
		switch err := i.store.remove(ctx, i.name); {
		case errors.Is(err, ErrLocked):
			return err
		case err != nil:
			failed = fmt.Errorf("clear leases: %w", err)
		default:
			done.Leases++
		}
		return nil
	})
	c.forgetFailures()
	return done, failed
}

// ClearIdentities forgets the Cognito identity ids of requests whose label
// contains match, or all of them.
func (c *Cache) ClearIdentities(ctx context.Context, match string) (int, error) {
	var count int
	var failed error
	c.each(ctx, c.stores.lasting(), identityKind, func(i item) error {
		if label, _, err := decodeIdentity(i.data); match != "" && (err != nil || !strings.Contains(label, match)) {
			return nil
		}
		if err := i.store.remove(ctx, i.name); err != nil {
			failed = fmt.Errorf("clear identities: %w", err)
			return nil
		}
		count++
		return nil
	})
	return count, failed
}
