//go:build !cgo

package ring

// Without cgo, no Keychain is compiled in.

func forbidDialogs() {}

func allowDialogs() {}

func isKeychainLocked() bool { return false }
