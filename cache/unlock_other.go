//go:build !linux && !darwin

package cache

import "context"

// Unlock has nothing to do: the Credential Manager opens with the session.
func (c *Cache) Unlock(context.Context) (string, error) {
	c.stores.hung.forget()
	c.forgetFailures()
	return "There is nothing to unlock on this platform.", nil
}
