package cache

import "github.com/99designs/keyring"

var platformBackends = []string{"wincred", "file"}

func autoStores(Options) []*store { return platformStores(Options{}) }

// platformStores is the Credential Manager.
func platformStores(Options) []*store {
	return []*store{{Name: "wincred", daemon: "wincred", lasting: true, small: true, open: func() (ring, error) {
		return openLibrary(keyring.Config{
			AllowedBackends: []keyring.BackendType{keyring.WinCredBackend},
			WinCredPrefix:   "credlease",
		})
	}}}
}
