package cache

import (
	"os"
	"path/filepath"
	"testing"

	"credlease/internal/testfolder"
)

// A memo and the state are files that may have been cut short, or be anything.
func FuzzMemo(f *testing.F) {
	f.Add([]byte(`{"holder":1,"since":"2026-01-02T15:04:05Z","failed":"2026-01-02T15:04:05Z","class":"denied","step":"s","cause":"c"}`))
	f.Add([]byte(`{"failed":`))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(testfolder.New(t), "memo.json")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		m := readMemo(path)
		writeMemo(path, m)
		if again := readMemo(path); !again.Failed.Equal(m.Failed) || again.Cause != m.Cause {
			t.Errorf("%q reads as %+v, and then as %+v", data, m, again)
		}
	})
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte(`{"version":1,"name":"work","added":"2026-01-02T15:04:05Z","document":{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"s"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if kept, err := decodeKeys(data); err == nil && kept.Version != keptVersion {
			t.Errorf("%q is taken", data)
		}
		if _, id, err := decodeIdentity(data); err == nil && id.Empty() {
			t.Errorf("%q is taken for an identity", data)
		}
	})
}
