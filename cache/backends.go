package cache

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"credlease/cache/ring"
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
	all := namedStores(o)
	for _, s := range all {
		s.hung, s.events, s.opened = hung, events{o.Trace}, sync.OnceValues(s.open)
	}
	return &stores{all: all, hung: hung}
}

func namedStores(o Options) []*store {
	switch o.Backend {
	case "", "auto":
		return autoStores()
	case "file":
		return []*store{fileStore(o)}
	case "pass":
		return []*store{passStore()}
	}
	return platformStores(o.Backend)
}

// fileStore keeps each item in a file of its own, encrypted with a passphrase.
func fileStore(o Options) *store {
	given := os.Getenv(passphraseVariable)
	asks := given == "" && o.ByHand && o.Passphrase != nil
	// Whoever cancels the question is not asked again for the next item.
	passphrase := sync.OnceValues(func() (string, error) {
		if given != "" {
			return given, nil
		}
		typed, err := o.Passphrase()
		if err != nil {
			return "", fmt.Errorf("%w, and %w", ErrNoPassphrase, err)
		}
		return typed, nil
	})
	return &store{Name: "file", daemon: "file", lasting: true, files: true, asks: asks, gate: gate{"file"}, open: func() (ring.Ring, error) {
		if given == "" && !asks {
			return nil, ErrNoPassphrase
		}
		folder, err := dataFolder()
		if err != nil {
			return nil, fmt.Errorf("find a folder for the file backend: %w", err)
		}
		return ring.File(filepath.Join(folder, "keyring"), passphrase)
	}}
}

const passphraseVariable = "CREDLEASE_FILE_PASSPHRASE"

// ErrNoPassphrase is the [ErrLocked] of the file backend where it has no passphrase
// and nobody can be asked.
var ErrNoPassphrase = fmt.Errorf("%w: %s is not set", ErrLocked, passphraseVariable)

// passStore keeps items with the pass program.
func passStore() *store {
	return &store{Name: "pass", daemon: "pass", lasting: true, files: true, gate: gate{"pass"}, open: ring.Pass, unlock: ring.UnlockPass}
}

// lasting returns the stores that outlive a reboot.
func (s *stores) lasting() []*store {
	return slices.DeleteFunc(slices.Clone(s.all), func(s *store) bool { return !s.lasting })
}
