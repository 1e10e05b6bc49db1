package ring

import "github.com/99designs/keyring"

// KWallet opens KDE's wallet by its own protocol.
func KWallet() (Ring, error) {
	return open(keyring.Config{KWalletAppID: "credlease", KWalletFolder: "credlease"}, keyring.KWalletBackend)
}
