//go:build unix

package awsconfig

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner leaves a user's file to the user whom root writes it for.
func keepOwner(fresh *os.File, old fs.FileInfo) error {
	made, err := fresh.Stat()
	if err != nil {
		return err
	}
	is, want := made.Sys().(*syscall.Stat_t), old.Sys().(*syscall.Stat_t)
	if is.Uid == want.Uid && is.Gid == want.Gid {
		return nil
	}
	return fresh.Chown(int(want.Uid), int(want.Gid))
}
