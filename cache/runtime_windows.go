package cache

import (
	"os"
	"path/filepath"
)

// ownFile is nothing: only the user can plant a file where ours are.
const ownFile = 0

// makeRuntimeFolder is in the user's profile, which only the user may enter.
func makeRuntimeFolder() (string, error) {
	folder, err := stateFolder()
	if err != nil {
		return "", err
	}
	folder = filepath.Join(folder, "runtime")
	return folder, os.MkdirAll(folder, 0o700)
}
