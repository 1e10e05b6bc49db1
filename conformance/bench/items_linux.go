package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// leaseItem returns the name of the one lease in the keyring.
func leaseItem(env []string) (string, error) {
	cmd := exec.Command("gdbus", "call", "--session", "--dest", "org.freedesktop.secrets",
		"--object-path", "/org/freedesktop/secrets/collection/login/1",
		"--method", "org.freedesktop.DBus.Properties.Get", "org.freedesktop.Secret.Item", "Attributes")
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("find the lease in the keyring: %w", err)
	}
	name := regexp.MustCompile(`credlease-v1-lease-[0-9a-f]+`).Find(out)
	if name == nil {
		return "", errors.New("find the lease in the keyring: there is none")
	}
	return string(name), nil
}

// addItems stores n other items.
func addItems(env []string, n int) error {
	for i := range n {
		cmd := exec.Command("secret-tool", "store", "--label=other", "other", fmt.Sprint(i))
		cmd.Env = append(os.Environ(), env...)
		cmd.Stdin = strings.NewReader("value")
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("store an item: %w", err)
		}
	}
	return nil
}
