package cache

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// state is the one small file that a hit reads.
type state struct {
	// Cleared is when leases were last forgotten: older ones are misses, in
	// stores that could not be opened then.
	Cleared time.Time `json:"cleared,omitzero"`
	// Hung says until when a daemon that did not answer is left alone.
	Hung map[string]time.Time `json:"hung,omitempty"`
}

// hungFor is how long a daemon that did not answer is left alone.
const hungFor = time.Minute

// hungDaemons remembers, for this process and the next ones, which keyring
// daemons do not answer.
type hungDaemons struct {
	path string
	load func() *state
	mu   sync.Mutex
}

func openHungDaemons() *hungDaemons {
	h := &hungDaemons{}
	if folder, err := stateFolder(); err == nil {
		h.path = filepath.Join(folder, "state.json")
	}
	h.load = sync.OnceValue(func() *state {
		s := readState(h.path)
		return &s
	})
	return h
}

// readState reads what it can: the rest says nothing.
func readState(path string) state {
	var s state
	file, err := os.OpenFile(path, os.O_RDONLY|ownFile, 0)
	if err != nil {
		return s
	}
	defer file.Close()
	if data, err := io.ReadAll(io.LimitReader(file, maxState)); err != nil || json.Unmarshal(data, &s) != nil {
		return state{}
	}
	return s
}

// maxState is far above the bytes of a state.
const maxState = 64 << 10

// cleared returns when leases were last forgotten. A time that is still to come was
// noted by a clock that has been set right since.
func (h *hungDaemons) cleared() time.Time {
	if cleared := h.load().Cleared; !cleared.After(time.Now()) {
		return cleared
	}
	return time.Time{}
}

// why returns the reason not to ask a daemon, or nil.
func (h *hungDaemons) why(daemon string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	until := h.load().Hung[daemon]
	if now := time.Now(); now.Before(until) && until.Sub(now) <= hungFor {
		return &SilentError{daemon, "a moment ago"}
	}
	return nil
}

// add notes that a daemon did not answer.
func (h *hungDaemons) add(daemon string, limit time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	until := time.Now().Add(hungFor)
	_ = h.update(func(s *state) {
		if s.Hung == nil {
			s.Hung = map[string]time.Time{}
		}
		s.Hung[daemon] = until
	})
	return &SilentError{daemon, "within " + limit.String()}
}

// forget lets every daemon be asked again.
func (h *hungDaemons) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.load().Hung) > 0 {
		_ = h.update(func(s *state) { s.Hung = nil })
	}
}

func (h *hungDaemons) clear(now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.update(func(s *state) { s.Cleared = now })
}

// update changes what this process knows, and the file: with what others have
// written to it since this process has read it.
func (h *hungDaemons) update(change func(*state)) error {
	change(h.load())
	if h.path == "" {
		return errors.New("there is no folder for it")
	}
	latest := readState(h.path)
	change(&latest)
	data, err := json.Marshal(latest)
	if err != nil {
		return err
	}
	return replaceFile(h.path, data)
}

// replaceFile writes a 0600 file whole or not at all.
func replaceFile(path string, data []byte) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // It fails once the file has its name.
	_, err = file.Write(data)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	return err
}
