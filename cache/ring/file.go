package ring

import (
	"errors"
	"io/fs"

	"github.com/99designs/keyring"
)

// File opens the keyring that has a file for each item, encrypted with a
// passphrase. The folder is made when something is kept.
func File(folder string, passphrase func() (string, error)) (Ring, error) {
	var unknown error // why there is no passphrase
	opened, err := open(keyring.Config{
		FileDir: folder,
		FilePasswordFunc: func(string) (string, error) {
			given, err := passphrase()
			unknown = err
			return given, err
		},
	}, keyring.FileBackend)
	return files{opened, &unknown}, err
}

// files tells a passphrase that does not fit from what else may be wrong: the
// library has the words of its cipher for it.
type files struct {
	Ring
	unknown *error
}

func (f files) Get(name string) ([]byte, error) {
	data, err := f.Ring.Get(name)
	var system *fs.PathError
	if err == nil || errors.Is(err, ErrNotKept) || *f.unknown != nil || errors.As(err, &system) {
		return data, err
	}
	return nil, ErrPassphrase
}
