package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"credlease/internal/realkeyring"
	"credlease/internal/standin"
)

// programs are built once for all benches.
type programs struct{ folder, credlease, watch string }

func buildPrograms() (programs, error) {
	folder, err := os.MkdirTemp("", "credlease-conformance-")
	if err != nil {
		return programs{}, err
	}
	p := programs{folder, filepath.Join(folder, "credlease"), filepath.Join(folder, "watch")}
	for path, pkg := range map[string]string{p.credlease: ".", p.watch: "./conformance/runner/watch"} {
		out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, pkg).CombinedOutput()
		if err != nil {
			os.RemoveAll(folder)
			return programs{}, fmt.Errorf("build %s: %w: %s", pkg, err, out)
		}
	}
	return p, nil
}

// A bench is what one client has to itself: an AWS side, a keyring that is open,
// and a home.
type bench struct {
	programs programs
	server   *standin.Server
	keyring  *realkeyring.Service
	folder   string
	watched  watched
	env      []string
}

func newBench(p programs) (*bench, error) {
	folder, err := os.MkdirTemp(p.folder, "bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{programs: p, folder: folder, server: standin.NewServer()}
	if b.keyring, err = realkeyring.StartUnlocked(); err == nil {
		b.watched, err = watch(p, filepath.Join(folder, "watched"), "credlease", settings{Program: p.credlease})
	}
	if err != nil {
		b.close()
		return nil, err
	}
	b.env = append(b.keyring.Env,
		"PATH="+os.Getenv("PATH"),
		"LANG=C.UTF-8",
		"XDG_STATE_HOME="+filepath.Join(folder, "state"),
		"AWS_CONFIG_FILE="+b.path("config"),
		"AWS_SHARED_CREDENTIALS_FILE="+b.path("credentials"),
		"AWS_REGION=eu-west-1",
		"AWS_DEFAULT_REGION=eu-west-1", // boto3 knows no other
		"AWS_ENDPOINT_URL="+b.server.URL,
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_SDK_LOAD_CONFIG=1")
	return b, nil
}

func (b *bench) close() {
	if b.keyring != nil {
		b.keyring.Close()
	}
	b.server.Close()
	os.RemoveAll(b.folder)
}

func (b *bench) path(name string) string { return filepath.Join(b.folder, name) }

// variable is the value of one in the bench's environment.
func (b *bench) variable(name string) string {
	for _, v := range b.env {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

// configure writes the AWS config file.
func (b *bench) configure(text string) error {
	return os.WriteFile(b.path("config"), []byte(text), 0o600)
}

// credlease runs the program as a human would.
func (b *bench) credlease(arguments ...string) (string, error) {
	cmd := exec.Command(b.programs.credlease, arguments...)
	cmd.Env = b.env
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		err = fmt.Errorf("credlease %s: %s", arguments[0], failed.Stderr)
	}
	return string(out), err
}

// lastEvents are so many of credlease's own journal, which say why it did what it did.
func (b *bench) lastEvents(n int) []string {
	journal, err := os.ReadFile(b.path("state/credlease/journal.jsonl"))
	if err != nil {
		return []string{err.Error()}
	}
	lines := strings.Split(strings.TrimSpace(string(journal)), "\n")
	return lines[max(0, len(lines)-n):]
}

// minting are the operations that bring credentials.
var minting = []string{"AssumeRole", "GetCredentialsForIdentity"}

// mints is how often AWS was asked for credentials.
func (b *bench) mints() int {
	n := 0
	for _, operation := range minting {
		n += b.server.Calls(operation)
	}
	return n
}

// reset forgets all leases, and what was counted.
func (b *bench) reset() error {
	_, err := b.credlease("clear", "--identities")
	b.server.Reset()
	b.server.SetLifetime(0)
	return errors.Join(err, b.watched.reset())
}

// A watched program stands in credlease's place; see conformance/runner/watch.
type watched struct{ folder, program string }

// settings and note are those of conformance/runner/watch.
type settings struct{ Program, Answer, Break string }

type note struct {
	Arguments            []string
	Document             bool
	Writes, Stderr, Exit int
}

func watch(p programs, folder, name string, s settings) (watched, error) {
	w := watched{folder, filepath.Join(folder, name)}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return w, err
	}
	// A link would be resolved, and lead away from the settings.
	binary, err := os.ReadFile(p.watch)
	if err != nil {
		return w, err
	}
	return w, errors.Join(os.WriteFile(w.program, binary, 0o700), w.set(s))
}

func (w watched) set(s settings) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(w.folder, "watch.json"), data, 0o600)
}

func (w watched) notes() ([]note, error) {
	data, err := os.ReadFile(filepath.Join(w.folder, "runs.jsonl"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var notes []note
	for line := range strings.Lines(string(data)) {
		var n note
		err = errors.Join(err, json.Unmarshal([]byte(line), &n))
		notes = append(notes, n)
	}
	return notes, err
}

func (w watched) reset() error {
	err := os.Remove(filepath.Join(w.folder, "runs.jsonl"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
