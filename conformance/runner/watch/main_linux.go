// Watch stands in credlease's place in a config file: it runs credlease, notes
// that it did, and passes on what came of it, after breaking it if it is to.
// What it does is said by watch.json beside it, for the SDKs pass no word of
// ours on; what it saw goes to runs.jsonl there.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// settings are those of watch.json.
type settings struct {
	Program string // that is run with our arguments
	Answer  string // a document to print instead
	Break   string // the rule to break
}

// A note is a line of runs.jsonl.
type note struct {
	Arguments []string `json:"arguments"`
	Document  bool     `json:"document"` // stdout is what an SDK is to get
	Writes    int      `json:"writes"`   // by which stdout was written
	Stderr    int      `json:"stderr"`   // bytes
	Exit      int      `json:"exit"`
}

// document is the form that every SDK reads, in one line.
var document = regexp.MustCompile(`^\{"Version":1,"AccessKeyId":"\w{16,128}","SecretAccessKey":"[!#-~]+","SessionToken":"[!#-~]+",` +
	`"Expiration":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"(,"AccountId":"\d{12}")?\}\n$`)

func main() {
	exit, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "watch:", err)
		os.Exit(1)
	}
	os.Exit(exit)
}

func run() (int, error) {
	path, err := os.Executable()
	if err != nil {
		return 0, err
	}
	folder := filepath.Dir(path)
	data, err := os.ReadFile(filepath.Join(folder, "watch.json"))
	if err != nil {
		return 0, err
	}
	var s settings
	if err := json.Unmarshal(data, &s); err != nil {
		return 0, err
	}
	if s.Answer != "" {
		if err := write(folder, note{Arguments: os.Args[1:]}); err != nil {
			return 0, err
		}
		_, err := os.Stdout.WriteString(s.Answer)
		return 0, err
	}
	o, err := runProgram(s.Program)
	if err == nil {
		o, err = o.broken(s.Break)
	}
	if err != nil {
		return 0, err
	}
	err = write(folder, note{
		Arguments: os.Args[1:],
		Document:  document.Match(bytes.Join(o.stdout, nil)),
		Writes:    len(o.stdout),
		Stderr:    len(o.stderr),
		Exit:      o.exit,
	})
	if err != nil {
		return 0, err
	}
	return o.exit, o.pass()
}

// write adds a line in one piece: many of us write at once.
func write(folder string, n note) error {
	line, err := json.Marshal(n)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(folder, "runs.jsonl"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}
