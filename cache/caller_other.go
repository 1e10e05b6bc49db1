//go:build !linux

package cache

// caller is not known on this platform.
func caller() string { return "" }
