//go:build unix

package cache

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

// ownFile keeps a planted link from making us write elsewhere, and a planted
// pipe from making us wait.
const ownFile = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// makeRuntimeFolder returns a folder that is ours alone, in the first of the
// places that the platform has for such.
func makeRuntimeFolder() (string, error) {
	uid := os.Getuid()
	if runtime.GOOS != "darwin" {
		for _, parent := range []string{os.Getenv("XDG_RUNTIME_DIR"), "/run/user/" + strconv.Itoa(uid)} {
			if filepath.IsAbs(parent) && checkOurs(parent) == nil {
				return makeOurs(filepath.Join(parent, "credlease"))
			}
		}
	}
	return makeOurs(filepath.Join(os.TempDir(), "credlease-"+strconv.Itoa(uid)))
}

func makeOurs(folder string) (string, error) {
	if err := os.Mkdir(folder, 0o700); err != nil && !os.IsExist(err) {
		return "", err
	}
	return folder, checkOurs(folder)
}

// checkOurs accepts a directory that belongs to us and that nobody else may
// enter, and no link to one.
func checkOurs(folder string) error {
	info, err := os.Lstat(folder)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", folder)
	case !ok || int(stat.Uid) != os.Getuid():
		return fmt.Errorf("%s belongs to somebody else", folder)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s is open to others; run: chmod 700 %s", folder, folder)
	}
	return nil
}
