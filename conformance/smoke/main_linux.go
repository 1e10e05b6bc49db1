// Smoke runs real clients against credlease, from an AWS config file, on a real
// gnome-keyring. moto's server plays STS for a role, and the stand-in plays
// Cognito for a guest, since moto's pool credentials are constants.
//
//	python3 -m venv V && V/bin/pip install 'moto[server]' boto3 awscli
//	go run ./conformance/smoke -clients V/bin
//
// It prints a line for each thing that it has seen to be so, and ends at the
// first that is not.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"credlease/internal/standin"
	"credlease/internal/testbed"
)

func main() {
	clients := flag.String("clients", "", "folder with python, aws and moto_server")
	flag.Parse()
	if err := run(*clients); err != nil {
		fmt.Fprintln(os.Stderr, "smoke:", err)
		os.Exit(1)
	}
}

func run(clients string) error {
	bed, err := testbed.New()
	if err != nil {
		return err
	}
	defer bed.Close()
	moto, err := testbed.StartMoto(filepath.Join(clients, "moto_server"))
	if err != nil {
		return err
	}
	defer moto.Close()
	s := smoke{
		clients:   clients,
		credlease: filepath.Join(bed.Folder, "credlease"),
		env: append(bed.Keyring.Env,
			"PATH="+os.Getenv("PATH"),
			"XDG_STATE_HOME="+filepath.Join(bed.Folder, "state"),
			"AWS_CONFIG_FILE="+filepath.Join(bed.Folder, "config"),
			"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(bed.Folder, "credentials")),
	}
	profiles := []profile{
		{
			name:      "role",
			arguments: "assume-role --role-arn arn:aws:iam::123456789012:role/Smoke --role-session-name smoke --source-keys work",
			url:       moto.URL,
			calls:     counter(moto, "AssumeRole"),
			identity:  "arn:aws:sts::123456789012:assumed-role/Smoke/smoke",
			operation: "AssumeRole",
		},
		{
			name:      "guest",
			arguments: "cognito --identity-pool-id " + standin.GuestPool,
			url:       bed.Server.URL,
			calls:     func() int { return bed.Server.Calls("GetCredentialsForIdentity") },
			identity:  "assumed-role/Cognito_GuestRole/",
			operation: "GetCredentialsForIdentity",
		},
	}
	if err := s.writeConfig(bed.Folder, profiles); err != nil {
		return err
	}
	return s.check(profiles)
}

// counter counts the requests for an operation that reach moto.
func counter(moto *testbed.Moto, operation string) func() int {
	var all int
	return func() int {
		for _, call := range moto.Calls() {
			if call.Operation == operation {
				all++
			}
		}
		return all
	}
}

// A profile is one of the config file, and what is to come of it.
type profile struct {
	name, arguments, url string
	calls                func() int // of operation, which mints
	identity, operation  string
}

func (s smoke) writeConfig(folder string, profiles []profile) error {
	var text strings.Builder
	for _, p := range profiles {
		fmt.Fprintf(&text, "[profile %s]\ncredential_process = %s %s\nregion = eu-west-1\n", p.name, s.credlease, p.arguments)
	}
	return os.WriteFile(filepath.Join(folder, "config"), []byte(text.String()), 0o600)
}

func (s smoke) check(profiles []profile) error {
	const keys = "AKIAIOSFODNN7EXAMPLE\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
	if _, err := s.run("", s.credlease, keys, "keys", "add", "work"); err != nil {
		return err
	}
	var labels []string
	for _, p := range profiles {
		if err := s.checkProfile(p); err != nil {
			return fmt.Errorf("profile %s: %w", p.name, err)
		}
		labels = append(labels, strings.Fields(p.arguments)[2])
	}
	status, err := s.run("", s.credlease, "", "status")
	if err != nil {
		return err
	}
	for _, label := range labels {
		if !bytes.Contains(status, []byte(label)) {
			return fmt.Errorf("status does not name %s:\n%s", label, status)
		}
	}
	fmt.Println("status names both leases")
	return s.checkClear(profiles)
}

// checkProfile lets every client load a profile twice: one mint serves them all.
func (s smoke) checkProfile(p profile) error {
	var first []byte
	for _, c := range s.callers(p.name, p.url) {
		for range 2 {
			out, err := s.run(p.url, c.program, "", c.arguments...)
			if err != nil {
				return err
			}
			if !bytes.Contains(out, []byte(p.identity)) {
				return fmt.Errorf("%s does not print %s:\n%s", c.name, p.identity, out)
			}
		}
		fmt.Printf("%s: %s is %s, twice\n", p.name, c.name, p.identity)
		document, err := s.run(p.url, s.credlease, "", strings.Fields(p.arguments)...)
		if err != nil {
			return err
		}
		if first == nil {
			first = document
		}
		if !bytes.Equal(document, first) || bytes.Count(document, []byte("\n")) != 1 {
			return errors.New("the document is not the first one's line, byte for byte")
		}
	}
	if calls := p.calls(); calls != 1 {
		return fmt.Errorf("%s was called %d times, not once", p.operation, calls)
	}
	fmt.Printf("%s: %s was called once, and every run printed the same line\n", p.name, p.operation)
	return nil
}

// checkClear expects a mint after clear, from keys that are still there.
func (s smoke) checkClear(profiles []profile) error {
	if _, err := s.run("", s.credlease, "", "clear"); err != nil {
		return err
	}
	for _, p := range profiles {
		if _, err := s.run(p.url, s.credlease, "", strings.Fields(p.arguments)...); err != nil {
			return err
		}
		if calls := p.calls(); calls != 2 {
			return fmt.Errorf("after clear, %s was called %d times in all, not twice", p.operation, calls)
		}
	}
	list, err := s.run("", s.credlease, "", "keys", "list")
	if err != nil {
		return err
	}
	if !bytes.Contains(list, []byte("work")) {
		return fmt.Errorf("keys list does not name work:\n%s", list)
	}
	fmt.Println("after clear the next run mints, and the kept keys are still there")
	return nil
}
