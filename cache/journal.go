package cache

import (
	"bufio"
	"encoding/json"
	"io"
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
	file, err := os.OpenFile(j.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return
	}
	defer file.Close()
	_, _ = file.Write(append(line, '\n'))
}

// entries reads the journal, passing over lines that are no entries.
func (j journal) entries() []Entry {
	file, err := os.Open(j.path)
	if err != nil {
		return nil
	}
	defer file.Close()
	var all []Entry
	lines := bufio.NewScanner(io.LimitReader(file, 2*journalSize))
	for lines.Scan() {
		var e Entry
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			all = append(all, e)
		}
	}
	return all
}
