package ring

import (
	"testing"

	"github.com/99designs/keyring"
)

// A manifest is what a keyring hands back, whoever has written it.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`split {"generation":"ABCDEFGH","parts":2,"sum":[0]}`))
	f.Add([]byte(`split {"parts":-1}`))
	f.Add([]byte(`split {"parts":1000000000}`))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, item []byte) {
		// A file would take most of the time for its encryption.
		memory := library{keyring.NewArrayKeyring(nil)}
		s := split{memory, 100}
		if err := memory.Set(one, "", item); err != nil {
			t.Fatal(err)
		}
		value, err := s.Get(one)
		if _, isManifest := readManifest(item); err == nil && isManifest && len(value) > 0 {
			t.Errorf("%q reads as %q, of which nothing was written", item, value)
		}
	})
}
