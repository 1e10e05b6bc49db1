package cache

import "github.com/99designs/keyring"

var platformBackends = []string{"keychain", "pass", "file"}

func autoStores(Options) []*store { return platformStores(Options{}) }

// platformStores is the login keychain. It is compiled in only with cgo.
func platformStores(Options) []*store {
	return []*store{{Name: "keychain", daemon: "keychain", lasting: true, open: func() (ring, error) {
		return openLibrary(keyring.Config{
			AllowedBackends: []keyring.BackendType{keyring.KeychainBackend},
			// An empty list of trusted programs would ask at every reading.
			KeychainTrustApplication: true,
		})
	}}}
}
