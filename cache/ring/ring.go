// Package ring opens the keyrings of the operating system through
// 99designs/keyring, with that library's traps closed: nothing in here makes a
// keyring prompt, except [Unlock]. Deadlines are the caller's business.
package ring

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/99designs/keyring"
)

// A Ring keeps items by name. A name begins with [Prefix].
type Ring interface {
	// Get returns [ErrNotKept] for a name that is not there.
	Get(name string) ([]byte, error)
	// Set labels the item for people, where the keyring has labels.
	Set(name, label string, data []byte) error
	// Remove returns [ErrNotKept] for a name that is not there.
	Remove(name string) error
	// Names lists the items that are ours.
	Names() ([]string, error)
}

// Prefix begins the names of our items, in keyrings that others use as well. Its
// number is raised when an older credlease could not live with what is kept.
const Prefix = "credlease-v1-"

var (
	// ErrAbsent is returned where there is no such keyring.
	ErrAbsent = errors.New("there is none")
	// ErrLocked is returned by a keyring that is locked, or whose item is.
	ErrLocked = errors.New("the keyring is locked")
	// ErrFull is returned by a keyring without room for an item.
	ErrFull = errors.New("there is no room in the keyring")
	// ErrPassphrase is returned for an item that the passphrase does not decrypt.
	ErrPassphrase = errors.New("the passphrase is not the one that it was encrypted with")
	// ErrNotKept is returned for an item that is not there.
	ErrNotKept = errors.New("not kept")
)

// absent is an [ErrAbsent] that says why.
type absent string

func (a absent) Error() string      { return string(a) }
func (absent) Is(target error) bool { return target == ErrAbsent }

// library is a keyring of the library, and its words turned into ours.
type library struct{ keyring.Keyring }

func open(config keyring.Config, backend keyring.BackendType) (Ring, error) {
	if config.ServiceName == "" {
		config.ServiceName = "credlease"
	}
	config.AllowedBackends = []keyring.BackendType{backend}
	opened, err := keyring.Open(config)
	if errors.Is(err, keyring.ErrNoAvailImpl) {
		err = ErrAbsent
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", backend, err)
	}
	return library{opened}, nil
}

func (l library) Get(name string) ([]byte, error) {
	item, err := l.Keyring.Get(name)
	if errors.Is(err, keyring.ErrKeyNotFound) {
		return nil, ErrNotKept
	}
	return item.Data, err
}

func (l library) Set(name, label string, data []byte) error {
	return l.Keyring.Set(keyring.Item{Key: name, Data: data, Label: label, Description: "credlease"})
}

func (l library) Remove(name string) error {
	err := l.Keyring.Remove(name)
	if errors.Is(err, keyring.ErrKeyNotFound) || errors.Is(err, os.ErrNotExist) {
		return ErrNotKept
	}
	return err
}

func (l library) Names() ([]string, error) {
	all, err := l.Keyring.Keys()
	var ours []string
	for _, name := range all {
		if strings.HasPrefix(name, Prefix) {
			ours = append(ours, name)
		}
	}
	return ours, err
}
