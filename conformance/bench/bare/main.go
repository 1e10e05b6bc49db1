// Bare opens the keyring with 99designs/keyring as its README shows, and reads
// one item. Nothing that reads the Secret Service through it can be faster.
package main

import (
	"fmt"
	"os"

	"github.com/99designs/keyring"
)

func main() {
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends:         []keyring.BackendType{keyring.SecretServiceBackend},
		ServiceName:             "credlease",
		LibSecretCollectionName: "login",
	})
	if err == nil {
		var item keyring.Item
		if item, err = ring.Get(os.Args[1]); err == nil {
			fmt.Println(len(item.Data))
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
