package ring

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"credlease/internal/deadline"

	"github.com/99designs/keyring"
)

// Pass opens the store of the pass program. It is locked when gpg-agent does not
// have the passphrase of its key, for which nothing but [UnlockPass] asks.
func Pass() (Ring, error) {
	return openPass("--pinentry-mode error")
}

// UnlockPass lets gpg-agent ask for the passphrase of the store's key, and keep it.
func UnlockPass(ctx context.Context) error {
	opened, err := openPass("")
	if err != nil {
		return err
	}
	_, err = deadline.Do(ctx, func() ([]byte, error) {
		names, err := opened.Names()
		if err != nil || len(names) == 0 {
			return nil, err
		}
		return opened.Get(names[0])
	})
	if errors.Is(err, ErrLocked) {
		err = errors.New("gpg did not get the passphrase of its key, or cannot decrypt with it")
	}
	return err
}

func openPass(options string) (Ring, error) {
	opened, err := open(keyring.Config{PassPrefix: "credlease"}, keyring.PassBackend)
	return pass{opened, options}, err
}

// gpgOptions is the environment variable with which pass adds to gpg's arguments.
const gpgOptions = "PASSWORD_STORE_GPG_OPTS"

// pass keeps the program from writing to our stderr, which the library hands it,
// and gives its gpg options that no other program is to have.
type pass struct {
	Ring
	options string
}

func (p pass) Get(name string) (data []byte, err error) {
	p.quietly(func() { data, err = p.Ring.Get(name) })
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		err = fmt.Errorf("pass: %w", ErrLocked)
	}
	return data, err
}

func (p pass) Set(name, label string, data []byte) (err error) {
	p.quietly(func() { err = p.Ring.Set(name, label, data) })
	return err
}

func (p pass) Remove(name string) (err error) {
	p.quietly(func() { err = p.Ring.Remove(name) })
	return err
}

func (p pass) quietly(call func()) {
	if before, set := os.LookupEnv(gpgOptions); p.options != "" {
		os.Setenv(gpgOptions, strings.TrimSpace(before+" "+p.options))
		defer func() {
			if os.Setenv(gpgOptions, before); !set {
				os.Unsetenv(gpgOptions)
			}
		}()
	}
	stderr := os.Stderr
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = null
		defer func() {
			os.Stderr = stderr
			null.Close()
		}()
	}
	call()
}
