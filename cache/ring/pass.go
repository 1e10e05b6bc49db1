package ring

import (
	"os"
	"strings"

	"github.com/99designs/keyring"
)

// Pass opens the store of the pass program. Unless it may ask, a passphrase that
// gpg-agent does not have is an error.
func Pass(mayAsk bool) (Ring, error) {
	if !mayAsk {
		options := strings.TrimSpace(os.Getenv("PASSWORD_STORE_GPG_OPTS") + " --pinentry-mode error")
		os.Setenv("PASSWORD_STORE_GPG_OPTS", options)
	}
	opened, err := open(keyring.Config{PassPrefix: "credlease"}, keyring.PassBackend)
	return pass{opened}, err
}

// pass keeps the program from writing to our stderr, which the library hands it.
type pass struct{ Ring }

func (p pass) Get(name string) (data []byte, err error) {
	quietly(func() { data, err = p.Ring.Get(name) })
	return data, err
}

func (p pass) Set(name, label string, data []byte) (err error) {
	quietly(func() { err = p.Ring.Set(name, label, data) })
	return err
}

func (p pass) Remove(name string) (err error) {
	quietly(func() { err = p.Ring.Remove(name) })
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
