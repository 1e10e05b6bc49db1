package cache

import "credlease/cache/ring"

var platformBackends = []string{"keychain", "pass", "file"}

func autoStores() []*store { return platformStores("keychain") }

func platformStores(string) []*store {
	return []*store{{Name: "keychain", daemon: "keychain", lasting: true, unlock: ring.Unlock, open: ring.Keychain}}
}
