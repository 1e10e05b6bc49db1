package cache

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A journal is a file of JSON lines: what was minted, what failed, and what was
// warned of. It holds no secret, and nothing fails because it does.
type journal struct{ path string }

// An Entry is a line of the journal.
type Entry struct {
	Time         time.Time `json:"time"`
	Event        string    `json:"event"` // minted, failed or warning
	Label        string    `json:"label,omitempty"`
	Text         string    `json:"text,omitempty"`
	Caller       string    `json:"caller,omitempty"`
	Milliseconds int64     `json:"ms,omitempty"`
}

const (
	// journalSize is half of what the journal and its predecessor may have.
	journalSize = 128 << 10
	// warningInterval is how soon a warning may be repeated.
	warningInterval = 10 * time.Minute
)

func openJournal() journal {
	folder, err := stateFolder()
	if err != nil {
		return journal{}
	}
	return journal{filepath.Join(folder, "journal.jsonl")}
}

func (j journal) minted(label string, took time.Duration) {
	j.write(Entry{Event: "minted", Label: label, Milliseconds: took.Milliseconds()})
}

func (j journal) failed(label string, err error) {
	j.write(Entry{Event: "failed", Label: label, Text: err.Error()})
}

// warning writes a warning unless it was written in the last ten minutes, and
// reports whether it did.
func (j journal) warning(text string) bool {
	for _, e := range j.entries() {
		if e.Event == "warning" && e.Text == text && time.Since(e.Time).Abs() < warningInterval {
			return false
		}
	}
	j.write(Entry{Event: "warning", Text: text})
	return true
}

func (j journal) write(e Entry) {
	if j.path == "" {
		return
	}
	e.Time, e.Caller = time.Now().UTC().Truncate(time.Millisecond), caller()
	line, err := json.Marshal(e)
	if err != nil || os.MkdirAll(filepath.Dir(j.path), 0o700) != nil {
		return
	}
	if info, err := os.Stat(j.path); err == nil && info.Size()+int64(len(line)) > journalSize {
		_ = os.Rename(j.path, j.path+".1")
	}
	file, err := os.OpenFile(j.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND|ownFile, 0o600)
	if err != nil {
		return
	}
	defer file.Close()
	_, _ = file.Write(append(line, '\n'))
}

// entries reads what is left of the journal, and passes over lines that are no
// entries.
func (j journal) entries() []Entry {
	all, _, _ := j.read(j.path)
	return all
}

// read returns the entries of a journal file and how many of its lines are none.
// Of a file that has become too large, somehow, it reads the end.
func (j journal) read(path string) (all []Entry, unread int, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	from := max(info.Size()-2*journalSize, 0)
	data, err := io.ReadAll(io.NewSectionReader(file, from, 2*journalSize))
	lines := bytes.Split(data, []byte("\n"))
	if from > 0 {
		lines, unread = lines[1:], 1 // It has begun before.
	}
	for _, line := range lines {
		var e Entry
		switch {
		case len(bytes.TrimSpace(line)) == 0:
		case json.Unmarshal(line, &e) != nil || e.Event == "" || e.Time.IsZero():
			unread++
		default:
			all = append(all, e)
		}
	}
	return all, unread, err
}

// A Journal is what was minted, what failed and what was warned of, the latest
// last. It is never an error that it cannot be read: Trouble says so.
type Journal struct {
	Path    string
	Entries []Entry
	Trouble string
}

// Journal reads the journal and its predecessor.
func (c *Cache) Journal() Journal {
	j := Journal{Path: c.journal.path}
	var unread int
	for _, path := range []string{c.journal.path + ".1", c.journal.path} {
		entries, n, err := c.journal.read(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			j.Trouble = err.Error()
		}
		j.Entries = append(j.Entries, entries...)
		unread += n
	}
	if unread > 0 && j.Trouble == "" {
		j.Trouble = fmt.Sprintf("%s has lines that are no entries, at least %d", j.Path, unread)
	}
	return j
}
