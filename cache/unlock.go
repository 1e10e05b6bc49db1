package cache

import (
	"context"
	"errors"
	"fmt"

	"credlease/internal/deadline"
)

// Unlock opens the first of the stores, which may ask for its password, and says
// what came of it.
func (c *Cache) Unlock(ctx context.Context) (string, error) {
	c.stores.hung.forget()
	c.forgetFailures()
	if len(c.stores.all) == 0 || c.stores.all[0].unlock == nil {
		return "There is nothing to unlock in this backend.", nil
	}
	began := c.events.now()
	patient, stop := withLastWords(ctx)
	defer stop()
	_, err := deadline.Do(patient, func() (struct{}, error) { return struct{}{}, c.stores.all[0].unlock(ctx) })
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("it did not answer in time")
	}
	c.events.unlocked(err, began)
	if err != nil {
		return "", fmt.Errorf("unlock the keyring: %w", err)
	}
	if c.locksItems(ctx) {
		return "", errors.New("unlock the keyring: it is open, but locks each item until somebody answers a dialog, for which no SDK waits; " +
			"turn that off in its settings (KeePassXC: Confirm when passwords are retrieved by clients)")
	}
	return "The keyring is unlocked.", nil
}

// locksItems reports whether an item of ours is locked in a store that is open.
func (c *Cache) locksItems(ctx context.Context) bool {
	first := c.stores.all[0]
	names, _ := first.names(ctx)
	for _, name := range names {
		_, _ = first.get(ctx, name) // It notes that an item is locked.
	}
	return first.locked
}
