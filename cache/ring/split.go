package ring

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// split keeps values that are larger than an item of its Ring may be: in parts of
// a generation, which the item of the value's own name lists. A new value is a
// new generation, written before that item is, so that a process which dies
// between two writes leaves the old value whole.
type split struct {
	Ring
	most int // bytes of an item
}

// manifest is what a split value's own item has after [manifestMark].
type manifest struct {
	Generation string            `json:"generation"`
	Parts      int               `json:"parts"`
	Sum        [sha256.Size]byte `json:"sum"`
}

// manifestMark begins no value: those are JSON or packed.
const manifestMark = "split "

// partMark is between the name of a value and the generation of a part of it. It
// is in no name of a value.
const partMark = "~"

func (m manifest) part(name string, i int) string {
	return fmt.Sprintf("%s%s%s.%d", name, partMark, m.Generation, i)
}

var errTorn = errors.New("a part of the value is missing")

func readManifest(item []byte) (manifest, bool) {
	var m manifest
	text, ok := bytes.CutPrefix(item, []byte(manifestMark))
	return m, ok && json.Unmarshal(text, &m) == nil
}

// Get reads again when a writer replaces the value meanwhile.
func (s split) Get(name string) ([]byte, error) {
	item, err := s.Ring.Get(name)
	for err == nil {
		m, ok := readManifest(item)
		if !ok {
			return item, nil
		}
		value, partErr := s.join(name, m)
		if partErr == nil {
			return value, nil
		}
		before := item
		if item, err = s.Ring.Get(name); err == nil && bytes.Equal(item, before) {
			return nil, partErr
		}
	}
	return nil, err
}

func (s split) join(name string, m manifest) ([]byte, error) {
	var value []byte
	for i := range m.Parts {
		part, err := s.Ring.Get(m.part(name, i))
		if errors.Is(err, ErrNotKept) {
			return nil, errTorn
		}
		if err != nil {
			return nil, err
		}
		value = append(value, part...)
	}
	if sha256.Sum256(value) != m.Sum {
		return nil, errTorn
	}
	return value, nil
}

func (s split) Set(name, label string, value []byte) error {
	item := value
	var m manifest
	if len(value) > s.most {
		m = manifest{Generation: rand.Text()[:8], Sum: sha256.Sum256(value)}
		for rest := value; len(rest) > 0; m.Parts++ {
			part := rest[:min(s.most, len(rest))]
			if err := s.Ring.Set(m.part(name, m.Parts), label, part); err != nil {
				s.sweep(name, "")
				return err
			}
			rest = rest[len(part):]
		}
		text, err := json.Marshal(m)
		if err != nil {
			return err
		}
		item = append([]byte(manifestMark), text...)
	}
	if err := s.Ring.Set(name, label, item); err != nil {
		return err
	}
	s.sweep(name, m.Generation)
	return nil
}

func (s split) Remove(name string) error {
	err := s.Ring.Remove(name)
	s.sweep(name, "")
	return err
}

// sweep removes the parts of a value that are of no use: of other generations
// than the one to keep, a crash's among them. If the value itself has another,
// that one is kept as well.
func (s split) sweep(name, keep string) {
	item, err := s.Ring.Get(name)
	if err != nil && !errors.Is(err, ErrNotKept) {
		return
	}
	current, _ := readManifest(item)
	names, err := s.Ring.Names()
	if err != nil {
		return
	}
	for _, other := range names {
		part, ok := strings.CutPrefix(other, name+partMark)
		generation, _, _ := strings.Cut(part, ".")
		if ok && generation != keep && generation != current.Generation {
			_ = s.Ring.Remove(other) // The next writer sweeps again.
		}
	}
}

// Names lists values, whole or not: removing one sweeps what a crash left of it.
func (s split) Names() ([]string, error) {
	all, err := s.Ring.Names()
	seen := map[string]bool{}
	var values []string
	for _, name := range all {
		value, _, _ := strings.Cut(name, partMark)
		if !seen[value] {
			seen[value] = true
			values = append(values, value)
		}
	}
	return values, err
}
