package ring

import "github.com/99designs/keyring"

// File opens the keyring that has a file for each item, encrypted with a
// passphrase. The folder is made when something is kept.
func File(folder string, passphrase func() (string, error)) (Ring, error) {
	return open(keyring.Config{
		FileDir:          folder,
		FilePasswordFunc: func(string) (string, error) { return passphrase() },
	}, keyring.FileBackend)
}
