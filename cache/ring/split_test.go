package ring

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"credlease/internal/testfolder"
)

// The values are split over the file keyring, which is everywhere.
func splitFiles(t *testing.T) (split, Ring) {
	t.Helper()
	files, err := File(testfolder.New(t), func() (string, error) { return "a passphrase", nil })
	if err != nil {
		t.Fatal(err)
	}
	return split{files, 100}, files
}

const (
	one = Prefix + "lease-1"
	two = Prefix + "lease-2"
)

func value(n int) []byte {
	v := make([]byte, n)
	_, _ = rand.Read(v)
	return append([]byte("{"), v...)
}

func items(t *testing.T, r Ring) int {
	t.Helper()
	names, err := r.Names()
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

func TestSplitRoundTrip(t *testing.T) {
	s, files := splitFiles(t)
	for _, n := range []int{0, 98, 99, 100, 101, 250, 12_000, 3} {
		want := value(n)
		if err := s.Set(one, "label", want); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(one); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: got %d bytes, %v", n, len(got), err)
		}
		parts := 0
		if len(want) > 100 {
			parts = (len(want) + 99) / 100
		}
		if got := items(t, files); got != parts+1 {
			t.Errorf("%d bytes are in %d items, want %d", n, got, parts+1)
		}
	}
}

func TestSplitKeepsValuesApart(t *testing.T) {
	s, files := splitFiles(t)
	first, second := value(300), value(300)
	if err := errors.Join(s.Set(one, "", first), s.Set(two, "", second)); err != nil {
		t.Fatal(err)
	}
	names, err := s.Names()
	if err != nil || len(names) != 2 {
		t.Errorf("Names: got %v, %v, want two", names, err)
	}
	if err := s.Remove(one); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(one); !errors.Is(err, ErrNotKept) {
		t.Errorf("Get of a removed value: got %v, want %v", err, ErrNotKept)
	}
	if got, err := s.Get(two); err != nil || !bytes.Equal(got, second) {
		t.Errorf("the other value: %v", err)
	}
	if got := items(t, files); got != 5 {
		t.Errorf("%d items are left, want 5", got)
	}
}

// What a process wrote that died before its last write is no harm to the value,
// and is swept by the next writer, or with the value.
func TestSplitAfterACrash(t *testing.T) {
	s, files := splitFiles(t)
	old := value(300)
	if err := s.Set(one, "", old); err != nil {
		t.Fatal(err)
	}
	crashed := manifest{Generation: "CRASHED1"}
	orphan := func(name string) {
		if err := files.Set(crashed.part(name, 0), "", value(50)); err != nil {
			t.Fatal(err)
		}
	}
	orphan(one)
	if got, err := s.Get(one); err != nil || !bytes.Equal(got, old) {
		t.Errorf("the old value: %v", err)
	}
	if err := s.Set(one, "", value(150)); err != nil {
		t.Fatal(err)
	}
	if got := items(t, files); got != 3 {
		t.Errorf("%d items are left, want 3", got)
	}
	orphan(two)
	names, err := s.Names()
	if err != nil || !strings.Contains(strings.Join(names, " "), two) {
		t.Errorf("Names does not list a value of which a crash left a part: %v, %v", names, err)
	}
	if err := s.Remove(two); err != nil && !errors.Is(err, ErrNotKept) {
		t.Fatal(err)
	}
	if got := items(t, files); got != 3 {
		t.Errorf("%d items are left, want 3", got)
	}
}

func TestSplitMissesAPart(t *testing.T) {
	s, files := splitFiles(t)
	if err := s.Set(one, "", value(300)); err != nil {
		t.Fatal(err)
	}
	names, err := files.Names()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".1") {
			if err := files.Set(name, "", value(99)); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Get(one); !errors.Is(err, errTorn) {
				t.Errorf("with a foreign part: got %v, want %v", err, errTorn)
			}
			if err := files.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := s.Get(one); !errors.Is(err, errTorn) {
		t.Errorf("without a part: got %v, want %v", err, errTorn)
	}
}
