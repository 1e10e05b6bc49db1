//go:build !linux && !darwin

package ring

import "context"

// Unlock has nothing to do: the Credential Manager opens with the session.
func Unlock(context.Context) error { return nil }
