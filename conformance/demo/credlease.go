package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// status is what the demo reads of credlease status --json.
type status struct {
	Stores []struct{ Usable bool }
	Leases []struct{ Label, Store string }
}

func statusOf(ctx context.Context, program string) (status, error) {
	var s status
	out, err := credlease(ctx, program, "status", "--json")
	if err == nil {
		err = json.Unmarshal(out, &s)
	}
	return s, err
}

// useFilesWithoutKeyring makes up for a keyring that is not there.
func useFilesWithoutKeyring(ctx context.Context, program string) error {
	s, err := statusOf(ctx, program)
	if err != nil {
		return err
	}
	for _, store := range s.Stores {
		if store.Usable {
			return nil
		}
	}
	fmt.Println("No keyring can be used here, so leases go to encrypted files, as with --backend file.")
	return errors.Join(
		os.Setenv("CREDLEASE_BACKEND", "file"),
		os.Setenv("CREDLEASE_FILE_PASSPHRASE", rand.Text()))
}

// storeOf returns the store that has the lease of a profile.
func storeOf(ctx context.Context, program string, p profile) (string, error) {
	s, err := statusOf(ctx, program)
	if err != nil {
		return "", err
	}
	for _, lease := range s.Leases {
		if strings.HasPrefix(lease.Label, p.label) {
			return lease.Store, nil
		}
	}
	return "", errors.New("credlease status does not show its lease")
}

// forget takes out of the keyring what the demo put in, even if it was stopped.
func forget(program string) error {
	var failed error
	for _, p := range profiles {
		_, err := credlease(context.Background(), program, "clear", p.label, "--identities")
		failed = errors.Join(failed, err)
	}
	return failed
}

func credlease(ctx context.Context, program string, arguments ...string) ([]byte, error) {
	out, err := exec.CommandContext(ctx, program, arguments...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("credlease %s: %s", arguments[0], strings.TrimSpace(string(failed.Stderr)))
	}
	return out, err
}
