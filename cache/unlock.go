package cache

import (
	"context"
	"fmt"

	"credlease/cache/ring"
)

// Unlock opens the first of the stores, which may ask for its password, and says
// what came of it.
func (c *Cache) Unlock(ctx context.Context) (string, error) {
	c.stores.hung.forget()
	c.forgetFailures()
	if len(c.stores.all) == 0 || !c.stores.all[0].prompts {
		return "There is nothing to unlock in this backend.", nil
	}
	if err := ring.Unlock(ctx); err != nil {
		return "", fmt.Errorf("unlock the keyring: %w", err)
	}
	return "The keyring is unlocked.", nil
}
