package ring

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/99designs/keyring"
	"golang.org/x/sys/unix"
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

// Set gives the room of the value that it replaces back at once, and leaves nothing
// where the library has put a value before it could not link it.
func (k kernel) Set(name, label string, data []byte) error {
	before, found := find(name)
	err := k.Ring.Set(name, label, data)
	if err == nil {
		if after, _ := find(name); found && after != before {
			revoke(before)
		}
		return nil
	}
	if left, searchErr := unix.KeyctlSearch(unix.KEY_SPEC_SESSION_KEYRING, keyType, name, 0); searchErr == nil {
		_, unlinkErr := unix.KeyctlInt(unix.KEYCTL_UNLINK, left, unix.KEY_SPEC_SESSION_KEYRING, 0, 0)
		if unlinkErr == nil { // Otherwise what was found is the value before, in the user's keyring.
			revoke(left)
		}
	}
	// The library keeps of the kernel's error only the text.
	if strings.Contains(err.Error(), syscall.EDQUOT.Error()) {
		return fmt.Errorf("keyctl: %w", ErrFull)
	}
	return err
}

func (k kernel) Remove(name string) error {
	id, found := find(name)
	if err := k.Ring.Remove(name); err != nil {
		return err
	}
	if found {
		revoke(id)
	}
	return nil
}

// keyType and ringType are types of the kernel's keys, and ringName is what the
// library calls the one that it puts ours into.
const (
	keyType  = "user"
	ringType = "keyring"
	ringName = "credlease"
)

// find returns the number of our key of a name.
func find(name string) (int, bool) {
	in, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, ringType, ringName, 0)
	if err != nil {
		return 0, false
	}
	id, err := unix.KeyctlSearch(in, keyType, name, 0)
	return id, err == nil
}

// revoke frees the room of a key that is in no keyring any more. The kernel would
// count it to the user's quota until it collects it, some time later.
func revoke(id int) { _, _ = unix.KeyctlInt(unix.KEYCTL_REVOKE, id, 0, 0, 0) }

// Names passes over keys that have expired, for which the library's fails whole.
func (k kernel) Names() ([]string, error) {
	in, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, ringType, ringName, 0)
	if err != nil {
		return nil, err
	}
	ids := make([]byte, 4*200) // room for all keys that an ordinary user can have
	for {
		size, err := unix.KeyctlBuffer(unix.KEYCTL_READ, in, ids, 0)
		if err != nil {
			return nil, err
		}
		if size <= len(ids) {
			ids = ids[:size]
			break
		}
		ids = make([]byte, size)
	}
	var names []string
	for id := range slices.Chunk(ids, 4) {
		// type;uid;gid;permissions;name. See keyctl_describe(3).
		described, err := unix.KeyctlString(unix.KEYCTL_DESCRIBE, int(int32(binary.NativeEndian.Uint32(id))))
		fields := strings.SplitN(described, ";", 5)
		if err == nil && len(fields) == 5 && fields[0] == keyType && strings.HasPrefix(fields[4], Prefix) {
			names = append(names, fields[4])
		}
	}
	return names, nil
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
