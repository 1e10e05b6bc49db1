package ring

import (
	"context"
	"os"
	"os/exec"
)

// Unlock opens the login keychain with the platform's own program, which asks on
// the terminal.
func Unlock(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "/usr/bin/security", "unlock-keychain")
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	return cmd.Run()
}
