package cache

import "credlease/cache/ring"

var platformBackends = []string{"secret-service", "keyctl", "kwallet", "pass", "file"}

// autoStores are asked in this order.
func autoStores() []*store {
	kernel := kernelStore(ring.KernelOutsideContainers)
	return append(platformStores("secret-service"), kernel)
}

func kernelStore(open func() (ring.Ring, error)) *store {
	return &store{Name: "keyctl", daemon: "keyctl", small: true, open: open}
}

func platformStores(backend string) []*store {
	switch backend {
	case "keyctl":
		return []*store{kernelStore(ring.Kernel)}
	case "kwallet":
		return []*store{{Name: "kwallet", daemon: "kwallet", lasting: true, unlock: ring.UnlockKWallet, open: ring.KWallet}}
	}
	return []*store{
		{Name: "secret-service", daemon: "secret-service", lasting: true, unlock: ring.Unlock, busy: ring.SecretServiceBusy, open: ring.SecretService},
		{Name: "secret-service/session", daemon: "secret-service", busy: ring.SecretServiceBusy, open: ring.SecretServiceSession},
	}
}
