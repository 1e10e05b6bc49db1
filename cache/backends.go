package cache

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/99designs/keyring"
)

// Backends are the names that --backend takes. Auto is those that the platform
// has without being told how to open them.
func Backends() []string {
	return append([]string{"auto"}, platformBackends...)
}

type stores struct {
	all  []*store
	hung *hungDaemons
}

func newStores(o Options) *stores {
	hung := openHungDaemons()
	var all []*store
	switch {
	case o.Backend == "" || o.Backend == "auto":
		all = autoStores(o)
	default:
		all = namedStores(o)
	}
	for _, s := range all {
		s.hung = hung
	}
	return &stores{all: all, hung: hung}
}

// namedStores are those of the backend that the user named.
func namedStores(o Options) []*store {
	switch o.Backend {
	case "file":
		return []*store{fileStore(o)}
	case "pass":
		return []*store{passStore(o)}
	}
	return platformStores(o)
}

// fileStore keeps each item in a file of its own, encrypted with a passphrase.
func fileStore(o Options) *store {
	passphrase, given := os.LookupEnv(passphraseVariable)
	return &store{Name: "file", daemon: "file", lasting: true, files: true, gate: openGate("file"), open: func() (ring, error) {
		folder, err := dataFolder()
		if err != nil {
			return nil, fmt.Errorf("find a folder for the file backend: %w", err)
		}
		return openLibrary(keyring.Config{
			AllowedBackends: []keyring.BackendType{keyring.FileBackend},
			FileDir:         filepath.Join(folder, "keyring"),
			FilePasswordFunc: func(string) (string, error) {
				switch {
				case given && passphrase != "":
					return passphrase, nil
				case o.ByHand && o.Passphrase != nil:
					return o.Passphrase()
				}
				return "", fmt.Errorf("%w: %s is not set", ErrLocked, passphraseVariable)
			},
		})
	}}
}

const passphraseVariable = "CREDLEASE_FILE_PASSPHRASE"

// passStore keeps items with the pass program.
func passStore(o Options) *store {
	return &store{Name: "pass", daemon: "pass", lasting: true, files: true, gate: openGate("pass"), open: func() (ring, error) {
		if !o.ByHand {
			// Without this, gpg would ask for a passphrase on the terminal.
			options := strings.TrimSpace(os.Getenv("PASSWORD_STORE_GPG_OPTS") + " --pinentry-mode error")
			os.Setenv("PASSWORD_STORE_GPG_OPTS", options)
		}
		opened, err := openLibrary(keyring.Config{
			AllowedBackends: []keyring.BackendType{keyring.PassBackend},
			PassPrefix:      "credlease",
		})
		return passRing{opened}, err
	}}
}

// passRing keeps pass from writing to our stderr, which the library hands it.
type passRing struct{ ring }

func (p passRing) Get(name string) (data []byte, err error) {
	quietly(func() { data, err = p.ring.Get(name) })
	return data, err
}

func (p passRing) Set(name, label string, data []byte) (err error) {
	quietly(func() { err = p.ring.Set(name, label, data) })
	return err
}

func (p passRing) Remove(name string) (err error) {
	quietly(func() { err = p.ring.Remove(name) })
	return err
}

func quietly(call func()) {
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

// lasting returns the stores that outlive a reboot.
func (s *stores) lasting() []*store {
	return slices.DeleteFunc(slices.Clone(s.all), func(s *store) bool { return !s.lasting })
}

func isNotExist(err error) bool { return errors.Is(err, os.ErrNotExist) }
