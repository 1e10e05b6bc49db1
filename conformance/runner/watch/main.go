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
	"os/exec"
	"path/filepath"
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
	Stdout    int      `json:"stdout"` // bytes
	Stderr    int      `json:"stderr"`
	Exit      int      `json:"exit"`
}

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
		if err := write(folder, note{Arguments: os.Args[1:], Stdout: len(s.Answer)}); err != nil {
			return 0, err
		}
		_, err := os.Stdout.WriteString(s.Answer)
		return 0, err
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(s.Program, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, &stdout, &stderr
	var failed *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &failed) {
		return 0, err
	}
	b, err := broken(s.Break, stdout.Bytes(), stderr.Bytes(), cmd.ProcessState.ExitCode())
	if err != nil {
		return 0, err
	}
	if err := write(folder, note{os.Args[1:], len(bytes.Join(b.stdout, nil)), len(b.stderr), b.exit}); err != nil {
		return 0, err
	}
	return b.exit, b.pass()
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
