package cache

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// Unlock opens the login keychain with the platform's own program, which asks on
// the terminal.
func (c *Cache) Unlock(ctx context.Context) (string, error) {
	c.stores.hung.forget()
	c.forgetFailures()
	cmd := exec.CommandContext(ctx, "/usr/bin/security", "unlock-keychain")
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("unlock the keychain: %w", err)
	}
	return "The keychain is unlocked.", nil
}
