package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A client is a folder of conformance/clients: the shortest program of one SDK,
// its lock file, and two shell scripts.
//
//	setup BUILD          installs it into a folder, and prints its version last
//	client BUILD CALLS   asks who it is, and CALLS times more, an ARN a line
type client struct {
	name     string
	folder   string
	build    string
	version  string
	emulated string // what of it is no SDK's, or ""
}

const clientsFolder = "conformance/clients"

// clientsNamed returns the clients of those names, or all there are.
func clientsNamed(names []string, builds string) ([]*client, error) {
	if len(names) == 0 {
		entries, err := os.ReadDir(clientsFolder)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.IsDir() {
				names = append(names, e.Name())
			}
		}
	}
	var all []*client
	for _, name := range names {
		folder, err := filepath.Abs(filepath.Join(clientsFolder, name))
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(filepath.Join(folder, "client")); err != nil {
			return nil, fmt.Errorf("no client %s: %w", name, err)
		}
		c := &client{name: name, folder: folder, build: filepath.Join(builds, name)}
		emulated, err := os.ReadFile(filepath.Join(folder, "EMULATED"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		c.emulated = strings.TrimSpace(string(emulated))
		all = append(all, c)
	}
	return all, nil
}

// setUp installs the client and learns its version.
func (c *client) setUp() error {
	if err := os.MkdirAll(c.build, 0o700); err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(c.folder, "setup"), c.build)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("set up %s: %w", c.name, err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	c.version = lines[len(lines)-1]
	return nil
}
