package cache

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"credlease/provider"
)

// A memo is what the processes that ask for one request tell each other: who
// mints, and how the last mint failed. It holds no secret. An MFA device has one
// too.
type memo struct {
	Holder  int            `json:"holder,omitempty"`
	Since   time.Time      `json:"since,omitzero"`
	Failed  time.Time      `json:"failed,omitzero"`
	Class   provider.Class `json:"class,omitempty"`
	Step    string         `json:"step,omitempty"`
	Cause   string         `json:"cause,omitempty"`
	Label   string         `json:"label,omitempty"`
	ByHuman bool           `json:"byHuman,omitempty"`

	// Of an MFA device: which code was sent last, by a salted hash, and when.
	Code     string    `json:"code,omitempty"`
	CodeSalt string    `json:"codeSalt,omitempty"`
	CodeSent time.Time `json:"codeSent,omitzero"`
}

// How long a failure is remembered.
const (
	failureMemory = 10 * time.Second // when there is nothing to hand out instead
	retryInterval = 60 * time.Second // when a lease is usable meanwhile
	humanInterval = 10 * time.Minute // the same, if a human would be asked again
)

func memoPath(folder string, key provider.Key) string {
	return filepath.Join(folder, string(key[:32])+".json")
}

// memoPaths are those of all memos. A folder that cannot be listed has none.
func memoPaths(folder string) []string {
	entries, _ := os.ReadDir(folder)
	var paths []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".json" {
			paths = append(paths, filepath.Join(folder, e.Name()))
		}
	}
	return paths
}

// recall returns the failure of an earlier mint that answers this process too:
// one that it waited for, or one so recent that another try is too soon.
func (c *Cache) recall(key provider.Key, kept Lease) *provider.Failure {
	folder, err := c.runtime.path()
	if err != nil {
		return nil
	}
	m := readMemo(memoPath(folder, key))
	if m.Failed.IsZero() {
		return nil
	}
	failure := &provider.Failure{Class: m.Class, Step: m.Step, Cause: m.Cause}
	age := time.Since(m.Failed)
	switch {
	case age < 0:
		return nil // It was noted by a clock that has been set back since.
	case m.Failed.After(c.Started):
		return failure
	case c.Refresh:
		return nil
	case kept.usable(time.Now()):
		if age < retryInterval || m.ByHuman && age < humanInterval {
			return failure
		}
	case !c.Terminal && age < failureMemory:
		failure.Cause += fmt.Sprintf(" (remembered, %d s old)", int(age.Seconds()))
		return failure
	}
	return nil
}

// remember tells the processes that wait, and those that come soon, of a failure.
func (c *Cache) remember(held *lock, request provider.Request, err error) {
	failure := &provider.Failure{Class: classOf(err), Step: "get a lease of " + request.Label(), Cause: err.Error()}
	_ = errors.As(err, &failure)
	held.updateMemo(func(m *memo) {
		m.Failed, m.Class, m.Step, m.Cause = time.Now(), failure.Class, failure.Step, failure.Cause
		m.Label, m.ByHuman = request.Label(), failure.Class == provider.ClassPrompt || failure.Class == provider.ClassCode
	})
}

// classOf is for the failures that are our own, not AWS's.
func classOf(err error) provider.Class {
	switch {
	case errors.Is(err, ErrNoKeys):
		return provider.ClassNoKeys
	case errors.Is(err, ErrNoPassphrase), errors.Is(err, ErrPassphrase):
		return provider.ClassNoPassphrase
	case errors.Is(err, ErrLocked):
		return provider.ClassLocked
	}
	return provider.ClassSource
}

// forgetFailure is called after a success.
func (l *lock) forgetFailure() {
	l.updateMemo(func(m *memo) { *m = memo{Holder: m.Holder, Since: m.Since} })
}

func readMemo(path string) memo {
	var m memo
	file, err := os.OpenFile(path, os.O_RDONLY|ownFile, 0)
	if err != nil {
		return m
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, 64<<10))
	if err != nil || json.Unmarshal(data, &m) != nil {
		return memo{}
	}
	return m
}

// updateMemo writes in place: only the holder of the lock does, and a memo that
// was caught half written says nothing.
func (l *lock) updateMemo(change func(*memo)) {
	if l.memo == "" {
		return
	}
	m := readMemo(l.memo)
	change(&m)
	writeMemo(l.memo, m)
}

func writeMemo(path string, m memo) {
	data, err := json.Marshal(m)
	if err != nil {
		return
	}
	file, err := os.OpenFile(path, lockFlags|os.O_TRUNC, 0o600)
	if err != nil {
		return
	}
	defer file.Close()
	_, _ = file.Write(data) // A memory that is lost costs another try.
}

// forgetFailures is for the commands after which a new try is worth it.
func (c *Cache) forgetFailures() {
	folder, err := c.runtime.path()
	if err != nil {
		return
	}
	for _, path := range memoPaths(folder) {
		if m := readMemo(path); !m.Failed.IsZero() {
			writeMemo(path, memo{})
		}
	}
}

// A Failed request is one whose last mint brought nothing.
type Failed struct {
	Time  time.Time      `json:"time"`
	Label string         `json:"label"`
	Class provider.Class `json:"class"`
	Text  string         `json:"text"`
}

// Failures are those that no success has followed, the latest first.
func (c *Cache) Failures() []Failed {
	failures := []Failed{}
	folder, err := c.runtime.path()
	if err != nil {
		return failures
	}
	for _, path := range memoPaths(folder) {
		if m := readMemo(path); !m.Failed.IsZero() {
			failure := provider.Failure{Step: m.Step, Cause: m.Cause}
			failures = append(failures, Failed{Time: m.Failed, Label: m.Label, Class: m.Class, Text: failure.Error()})
		}
	}
	slices.SortFunc(failures, func(a, b Failed) int { return b.Time.Compare(a.Time) })
	return failures
}
