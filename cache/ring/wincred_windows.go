package ring

import "github.com/99designs/keyring"

// CredentialManager opens the user's credentials in Windows.
func CredentialManager() (Ring, error) {
	return open(keyring.Config{WinCredPrefix: "credlease"}, keyring.WinCredBackend)
}
