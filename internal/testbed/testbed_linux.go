// Package testbed is the set-up that measurements share: the program as it is
// built now, a real keyring, and the stand-in for AWS. It is never linked into
// the binary.
package testbed

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"credlease/internal/realkeyring"
	"credlease/internal/standin"
)

// A Bed is removed, and what runs in it ended, by [Bed.Close].
type Bed struct {
	Server  *standin.Server
	Keyring *realkeyring.Service
	Folder  string
	// Env is all that a program needs in its environment: the keyring, the
	// stand-in, keys of its user alice, and folders of its own.
	Env []string
}

// New starts what a Bed has. Arguments are added to go build.
func New(buildArguments ...string) (*Bed, error) {
	folder, err := os.MkdirTemp("", "credlease-testbed-")
	if err != nil {
		return nil, err
	}
	b := &Bed{Folder: folder, Server: standin.NewServer()}
	if b.Keyring, err = realkeyring.StartUnlocked(); err == nil {
		err = b.Build("credlease", ".", buildArguments...)
	}
	if err != nil {
		b.Close()
		return nil, err
	}
	b.Env = append(b.Keyring.Env,
		"PATH="+os.Getenv("PATH"),
		"XDG_STATE_HOME="+filepath.Join(folder, "state"),
		"XDG_DATA_HOME="+filepath.Join(folder, "data"),
		"AWS_ENDPOINT_URL="+b.Server.URL,
		"AWS_ACCESS_KEY_ID="+standin.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY="+standin.SecretAccessKey)
	return b, nil
}

// Build makes a program of a package of this module as install.sh does, stripped and
// without cgo.
func (b *Bed) Build(name, pkg string, arguments ...string) error {
	arguments = append([]string{"build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(b.Folder, name)}, arguments...)
	build := exec.Command("go", append(arguments, pkg)...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err != nil {
		return fmt.Errorf("build %s: %w: %s", name, err, out)
	}
	return nil
}

// Command is a program that was built, with nothing of ours in its environment.
func (b *Bed) Command(name string, arguments ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(b.Folder, name), arguments...)
	cmd.Env = b.Env
	return cmd
}

// Credlease returns what credlease prints. Its error has the line that it writes
// to stderr.
func (b *Bed) Credlease(arguments ...string) ([]byte, error) {
	return output(b.Command("credlease", arguments...))
}

// Run returns what a program that is installed prints.
func (b *Bed) Run(name string, arguments ...string) ([]byte, error) {
	cmd := exec.Command(name, arguments...)
	cmd.Env = b.Env
	return output(cmd)
}

func output(cmd *exec.Cmd) ([]byte, error) {
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		err = fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, failed.Stderr)
	}
	return out, err
}

// Close ends all of it.
func (b *Bed) Close() {
	if b.Keyring != nil {
		b.Keyring.Close()
	}
	b.Server.Close()
	os.RemoveAll(b.Folder)
}
