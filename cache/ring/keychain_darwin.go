package ring

import (
	"fmt"

	"github.com/99designs/keyring"
)

// Keychain opens the login keychain, and lets it show no dialog. It is compiled in
// only with cgo.
func Keychain() (Ring, error) {
	forbidDialogs()
	if isKeychainLocked() {
		return nil, fmt.Errorf("keychain: %w", ErrLocked)
	}
	// An empty list of trusted programs would ask at every reading.
	opened, err := open(keyring.Config{KeychainTrustApplication: true}, keyring.KeychainBackend)
	return keychain{opened}, err
}

// keychain knows that an item trusts the program which has made it, and no other:
// not even a later build of the same, unless both are signed.
type keychain struct{ Ring }

// Set makes an item anew that it may not change. To remove one takes no trust.
func (k keychain) Set(name, label string, data []byte) error {
	if k.Ring.Set(name, label, data) == nil {
		return nil
	}
	_ = k.Ring.Remove(name) // The next attempt tells what is wrong.
	return k.Ring.Set(name, label, data)
}
