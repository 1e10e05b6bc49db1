// Package testfolder makes temporary folders for tests and removes them file by
// file: Wine 8, on which the tests run for Windows, does not know the call by
// which os.RemoveAll deletes.
package testfolder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// New returns a folder that is removed when the test ends.
func New(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "credlease-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := Remove(folder); err != nil {
			t.Error(err)
		}
	})
	return folder
}

// Remove deletes a folder and all that is in it.
func Remove(folder string) error {
	var paths []string
	failed := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	})
	for _, path := range slices.Backward(paths) {
		failed = errors.Join(failed, os.Remove(path))
	}
	return failed
}
