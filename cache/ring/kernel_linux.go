package ring

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/99designs/keyring"
)

// KernelOutsideContainers opens the user's keyring in the kernel, unless it would
// be shared with every other container of the same user.
func KernelOutsideContainers() (Ring, error) {
	if inContainer() {
		return nil, absent("keyctl: not used in a container, which would share it with others")
	}
	return Kernel()
}

// Kernel opens the user's keyring in the kernel, which is in memory. The
// permissions, 0x3f3f0000, let the user's processes outside the login session in.
func Kernel() (Ring, error) {
	opened, err := open(keyring.Config{
		KeyCtlScope: "user",
		KeyCtlPerm:  keyring.GetPermissions(keyring.KEYCTL_PERM_ALL, keyring.KEYCTL_PERM_ALL, 0, 0),
	}, keyring.KeyCtlBackend)
	return kernel{opened}, err
}

// kernel knows the kernel's words for an item that is not there, or too much.
type kernel struct{ Ring }

func (k kernel) Get(name string) ([]byte, error) {
	data, err := k.Ring.Get(name)
	if isGone(err) {
		return nil, ErrNotKept
	}
	return data, err
}

func (k kernel) Set(name, label string, data []byte) error {
	err := k.Ring.Set(name, label, data)
	// The library keeps of the kernel's error only the text.
	if err != nil && strings.Contains(err.Error(), syscall.EDQUOT.Error()) {
		return fmt.Errorf("keyctl: %w", ErrFull)
	}
	return err
}

func (k kernel) Remove(name string) error {
	if err := k.Ring.Remove(name); !isGone(err) {
		return err
	}
	return ErrNotKept
}

func isGone(err error) bool {
	return errors.Is(err, syscall.ENOKEY) || errors.Is(err, syscall.EKEYEXPIRED) || errors.Is(err, syscall.EKEYREVOKED)
}

// inContainer looks for the marks that container engines leave, and for a user or
// process namespace that is not the machine's first.
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
