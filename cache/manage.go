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

// each reads all items of a kind in the stores given, those that are torn as nil,
// and returns the troubles of the stores that it could not read.
func (c *Cache) each(ctx context.Context, stores []*store, kind string, do func(s *store, name string, data []byte)) []error {
	var troubles []error
	for _, s := range stores {
		names, err := s.names(ctx)
		if err != nil {
			if !errors.Is(err, ring.ErrAbsent) {
				troubles = append(troubles, err)
			}
			continue
		}
		for _, name := range names {
			if !strings.HasPrefix(name, ring.Prefix+kind+"-") {
				continue
			}
			data, _ := s.get(ctx, name) // What cannot be read is nothing that do can use.
			do(s, name, data)
		}
	}
	return troubles
}

// Leases returns the leases that are kept and alive, the one that ends first at
// the front.
func (c *Cache) Leases(ctx context.Context) ([]Lease, []error) {
	var leases []Lease
	now := time.Now()
	troubles := c.each(ctx, c.stores.all, leaseKind, func(s *store, name string, data []byte) {
		l, err := c.decodeListed(name, data)
		if err == nil && l.Remaining(now) > 0 {
			l.Store = s.Name
			leases = append(leases, l)
		}
	})
	slices.SortFunc(leases, func(a, b Lease) int { return a.Credentials.Expiration.Compare(b.Credentials.Expiration) })
	return leases, troubles
}

// dropExpired makes room in a store, and returns how many leases it removed.
func (c *Cache) dropExpired(ctx context.Context, s *store) int {
	var dropped int
	now := time.Now()
	c.each(ctx, []*store{s}, leaseKind, func(s *store, name string, data []byte) {
		if l, err := c.decodeListed(name, data); err == nil && l.Remaining(now) > 0 {
			return
		}
		if s.remove(ctx, name) == nil {
			dropped++
		}
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

// Stores tries every store, in the order in which they are asked.
func (c *Cache) Stores(ctx context.Context) []StoreReport {
	var reports []StoreReport
	for _, s := range c.stores.all {
		report := StoreReport{Name: s.Name, Usable: true}
		if _, err := s.get(ctx, ring.Prefix+"probe"); err != nil && !errors.Is(err, ring.ErrNotKept) {
			report.Usable, report.Trouble = false, err.Error()
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
	var done Cleared
	var failed error
	done.Troubles = c.each(ctx, c.stores.all, leaseKind, func(s *store, name string, data []byte) {
		if match != "" {
			l, err := c.decodeListed(name, data)
			if err != nil || !strings.Contains(l.Label, match) {
				return
			}
		}
		if err := s.remove(ctx, name); err != nil {
			failed = fmt.Errorf("clear leases: %w", err)
			return
		}
		done.Leases++
	})
	c.forgetFailures()
	if match == "" {
		if err := c.stores.hung.clear(time.Now()); err != nil && len(done.Troubles) > 0 {
			return done, fmt.Errorf("clear leases: note the time: %w", err)
		}
	}
	return done, failed
}

// ClearIdentities forgets the Cognito identity ids of requests whose label
// contains match, or all of them.
func (c *Cache) ClearIdentities(ctx context.Context, match string) (int, error) {
	var count int
	var failed error
	c.each(ctx, c.stores.lasting(), identityKind, func(s *store, name string, data []byte) {
		if label, _, err := decodeIdentity(data); match != "" && (err != nil || !strings.Contains(label, match)) {
			return
		}
		if err := s.remove(ctx, name); err != nil {
			failed = fmt.Errorf("clear identities: %w", err)
			return
		}
		count++
	})
	return count, failed
}
