package cache

import (
	"errors"
	"os"
	"syscall"

	"github.com/99designs/keyring"
)

var platformBackends = []string{"secret-service", "keyctl", "kwallet", "pass", "file"}

// autoStores are asked in this order. In a container the kernel's keyring would
// be shared with every other container of the same user.
func autoStores(Options) []*store {
	stores := secretServiceStores()
	if !inContainer() {
		stores = append(stores, kernelStore())
	}
	return stores
}

func platformStores(o Options) []*store {
	switch o.Backend {
	case "keyctl":
		return []*store{kernelStore()}
	case "kwallet":
		return []*store{kwalletStore()}
	}
	return secretServiceStores()
}

// kernelStore keeps items in the kernel's keyring of the user, in memory. The
// permissions let the user's processes outside the login session in.
func kernelStore() *store {
	return &store{Name: "keyctl", daemon: "keyctl", small: true, open: func() (ring, error) {
		opened, err := openLibrary(keyring.Config{
			AllowedBackends: []keyring.BackendType{keyring.KeyCtlBackend},
			KeyCtlScope:     "user",
			KeyCtlPerm:      keyring.GetPermissions(keyring.KEYCTL_PERM_ALL, keyring.KEYCTL_PERM_ALL, 0, 0),
		})
		return kernelRing{opened}, err
	}}
}

// kernelRing knows the kernel's words for an item that is not there.
type kernelRing struct{ ring }

func (k kernelRing) Get(name string) ([]byte, error) {
	data, err := k.ring.Get(name)
	if isGone(err) {
		return nil, errNotKept
	}
	return data, err
}

func (k kernelRing) Remove(name string) error {
	if err := k.ring.Remove(name); !isGone(err) {
		return err
	}
	return errNotKept
}

func isGone(err error) bool {
	return errors.Is(err, syscall.ENOKEY) || errors.Is(err, syscall.EKEYEXPIRED) || errors.Is(err, syscall.EKEYREVOKED)
}

func kwalletStore() *store {
	return &store{Name: "kwallet", daemon: "kwallet", lasting: true, open: func() (ring, error) {
		return openLibrary(keyring.Config{
			AllowedBackends: []keyring.BackendType{keyring.KWalletBackend},
			KWalletAppID:    "credlease",
			KWalletFolder:   "credlease",
		})
	}}
}

// inContainer looks for the marks that container engines leave, and for a user
// or process namespace that is not the machine's first.
func inContainer() bool {
	for _, mark := range []string{"/.dockerenv", "/run/.containerenv", "/run/systemd/container"} {
		if _, err := os.Stat(mark); err == nil {
			return true
		}
	}
	// The numbers are PROC_USER_INIT_INO and PROC_PID_INIT_INO of the kernel's
	// include/linux/proc_ns.h.
	for _, namespace := range []struct{ path, first string }{
		{"/proc/self/ns/user", "user:[4026531837]"},
		{"/proc/self/ns/pid", "pid:[4026531836]"},
	} {
		if now, err := os.Readlink(namespace.path); err == nil && now != namespace.first {
			return true
		}
	}
	return os.Getenv("container") != ""
}
