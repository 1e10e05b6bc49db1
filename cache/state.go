package cache

import (
	"encoding/json"
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
		var s state
		if data, err := os.ReadFile(h.path); err == nil {
			_ = json.Unmarshal(data, &s) // What cannot be read says nothing.
		}
		return &s
	})
	return h
}

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
	s := h.load()
	if s.Hung == nil {
		s.Hung = map[string]time.Time{}
	}
	s.Hung[daemon] = time.Now().Add(hungFor)
	h.save()
	return &SilentError{daemon, "within " + limit.String()}
}

// answer notes that a daemon answers again, and clear that leases were cleared.
func (h *hungDaemons) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.load(); len(s.Hung) > 0 {
		s.Hung = nil
		h.save()
	}
}

func (h *hungDaemons) clear(now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.load().Cleared = now
	return h.save()
}

func (h *hungDaemons) save() error {
	data, err := json.Marshal(h.load())
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
