package cache

import "credlease/cache/ring"

var platformBackends = []string{"wincred", "file"}

func autoStores() []*store { return platformStores("wincred") }

func platformStores(string) []*store {
	return []*store{{Name: "wincred", daemon: "wincred", lasting: true, small: true, open: ring.CredentialManager}}
}
