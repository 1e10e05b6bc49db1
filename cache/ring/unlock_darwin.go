package ring

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// Unlock opens the login keychain with the platform's own program, which asks on
// the terminal. Then it reads our items, so that macOS asks about those that trust
// an earlier build of this program.
func Unlock(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "/usr/bin/security", "unlock-keychain")
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("security unlock-keychain: %w", err)
	}
	opened, err := Keychain()
	if err != nil {
		return err
	}
	allowDialogs()
	defer forbidDialogs()
	names, err := opened.Names()
	for _, name := range names {
		_, _ = opened.Get(name) // One that stays closed is a miss.
	}
	return err
}
