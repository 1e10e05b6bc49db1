package cache

import (
	"context"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"time"

	"credlease/internal/deadline"
)

// stateFolder is for what may be lost but not at once: the journal, and when
// leases were cleared.
func stateFolder() (string, error) {
	return userFolder("XDG_STATE_HOME", filepath.Join(".local", "state"))
}

// dataFolder is for what must not be lost: the file backend's items.
func dataFolder() (string, error) {
	return userFolder("XDG_DATA_HOME", filepath.Join(".local", "share"))
}

// homeLimit is for a directory service, which may be asked for the user's home.
const homeLimit = 2 * time.Second

// userFolder follows the XDG Base Directory Specification, and on macOS and
// Windows the platform's own custom.
func userFolder(variable, unixDefault string) (string, error) {
	if runtime.GOOS == "windows" {
		if folder := os.Getenv("LOCALAPPDATA"); folder != "" {
			return filepath.Join(folder, "credlease"), nil
		}
		return "", errors.New("LOCALAPPDATA is not set")
	}
	if folder := os.Getenv(variable); filepath.IsAbs(folder) {
		return filepath.Join(folder, "credlease"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		ctx, cancel := context.WithTimeout(context.Background(), homeLimit)
		defer cancel()
		account, lookupErr := deadline.Do(ctx, user.Current)
		if lookupErr != nil || account.HomeDir == "" {
			return "", err
		}
		home = account.HomeDir
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", "credlease"), nil
	}
	return filepath.Join(home, unixDefault, "credlease"), nil
}
