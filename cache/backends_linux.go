package cache

import "credlease/cache/ring"

var platformBackends = []string{"secret-service", "keyctl", "kwallet", "pass", "file"}

// autoStores are asked in this order. In a container the kernel's keyring would
// be shared with every other container of the same user.
func autoStores() []*store {
	stores := platformStores("secret-service")
	if !ring.InContainer() {
		stores = append(stores, platformStores("keyctl")...)
	}
	return stores
}

func platformStores(backend string) []*store {
	switch backend {
	case "keyctl":
		return []*store{{Name: "keyctl", daemon: "keyctl", small: true, open: ring.Kernel}}
	case "kwallet":
		return []*store{{Name: "kwallet", daemon: "kwallet", lasting: true, open: ring.KWallet}}
	}
	return []*store{
		{Name: "secret-service", daemon: "secret-service", lasting: true, prompts: true, open: ring.SecretService},
		{Name: "secret-service/session", daemon: "secret-service", open: ring.SecretServiceSession},
	}
}
