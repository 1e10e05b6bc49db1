//go:build !linux

package cache

// Prepare has nothing to do: opening a store takes no time on this platform.
func Prepare() {}
