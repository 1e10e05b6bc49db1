// Demo shows credlease working without an AWS account: the real SDK, the user's
// own keyring, and a stand-in for AWS on loopback.
//
//	go run ./conformance/demo -credlease ~/.local/bin/credlease
//
// It leaves nothing behind. Where no keyring can be used it says so, and keeps
// its leases in encrypted files in its own folder.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"credlease/internal/standin"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	program := flag.String("credlease", "credlease", "the installed program")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *program)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// A profile is one of the config file.
type profile struct {
	name      string
	arguments string
	operation string // by which AWS is asked for its credentials
	label     string // how that of its lease begins; no real account or pool has it
}

var profiles = []profile{
	{"role", "assume-role --role-arn " + role + " --role-session-name demo --source-profile base", "AssumeRole", role},
	{"guest", "cognito --identity-pool-id " + standin.GuestPool, "GetCredentialsForIdentity", standin.GuestPool},
}

const role = "arn:aws:iam::" + standin.Account + ":role/credlease-demo"

func run(ctx context.Context, program string) (err error) {
	program, err = find(program)
	if err != nil {
		return err
	}
	server := standin.NewServer()
	defer server.Close()
	folder, err := os.MkdirTemp("", "credlease-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := writeConfig(folder, program); err != nil {
		return err
	}
	if err := moveTo(folder, server.URL); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, forget(program)) }()

	fmt.Printf("AWS is played by a stand-in at %s; all else is real.\n", server.URL)
	if err := useFilesWithoutKeyring(ctx, program); err != nil {
		return err
	}
	for _, p := range profiles {
		if err := show(ctx, server, program, p); err != nil {
			return fmt.Errorf("profile %s: %w", p.name, err)
		}
	}
	return nil
}

// find returns the absolute path of the program, which the config file has to
// carry without quotes.
func find(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return "", err
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", err
	}
	if strings.ContainsAny(path, " \t'\"$&;") {
		return "", fmt.Errorf("run %s: an AWS config file cannot carry that path; install it elsewhere", path)
	}
	return path, nil
}

func writeConfig(folder, program string) error {
	text := fmt.Sprintf("[profile base]\naws_access_key_id = %s\naws_secret_access_key = %s\n", standin.AccessKeyID, standin.SecretAccessKey)
	for _, p := range profiles {
		text += fmt.Sprintf("[profile %s]\ncredential_process = %s %s\nregion = eu-west-1\n", p.name, program, p.arguments)
	}
	return os.WriteFile(filepath.Join(folder, "config"), []byte(text), 0o600)
}

// moveTo keeps the user's own AWS settings out, and what credlease writes in the
// folder: all but the keyring.
func moveTo(folder, url string) error {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			os.Unsetenv(name)
		}
	}
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE":             filepath.Join(folder, "config"),
		"AWS_SHARED_CREDENTIALS_FILE": filepath.Join(folder, "credentials"),
		"AWS_ENDPOINT_URL":            url,
		"XDG_STATE_HOME":              folder,
		"XDG_DATA_HOME":               folder,
		"XDG_RUNTIME_DIR":             folder,
		"LOCALAPPDATA":                folder,
		"TMPDIR":                      folder,
	} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

// show loads a profile twice, as two programs would, and tells what came of it.
func show(ctx context.Context, server *standin.Server, program string, p profile) error {
	fmt.Printf("\n[profile %s]\ncredential_process = %s %s\n\n", p.name, program, p.arguments)
	first, err := load(ctx, server, p)
	if err != nil {
		return err
	}
	if first.calls != 1 {
		return fmt.Errorf("the first run called %s %d times, not once", p.operation, first.calls)
	}
	store, err := storeOf(ctx, program, p)
	if err != nil {
		return err
	}
	second, err := load(ctx, server, p)
	if err != nil {
		return err
	}
	switch {
	case second.calls != 0:
		return fmt.Errorf("the second run called %s, though %s has the lease", p.operation, store)
	case second.key != first.key:
		return errors.New("the second run brought other credentials")
	}
	fmt.Printf("  mint     %4d ms  %s, kept in %s\n", first.took.Milliseconds(), p.operation, store)
	fmt.Printf("  hit      %4d ms  no call\n", second.took.Milliseconds())
	fmt.Printf("  who      %s\n  expires  %s\n", second.who, second.expires.Local().Format(time.DateTime))
	return nil
}

// loaded is what a program gets that loads a profile.
type loaded struct {
	took    time.Duration
	calls   int
	key     string
	expires time.Time
	who     string
}

func load(ctx context.Context, server *standin.Server, p profile) (loaded, error) {
	before, began := server.Calls(p.operation), time.Now()
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(p.name))
	if err != nil {
		return loaded{}, err
	}
	credentials, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return loaded{}, err
	}
	took := time.Since(began)
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	if err != nil {
		return loaded{}, err
	}
	return loaded{
		took:    took,
		calls:   server.Calls(p.operation) - before,
		key:     credentials.AccessKeyID,
		expires: credentials.Expires,
		who:     aws.ToString(who.Arn),
	}, nil
}
