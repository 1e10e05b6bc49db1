package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"credlease/internal/prompt"
	"credlease/provider"
)

// Keys is credlease keys.
type Keys struct {
	Add    KeysAdd    `cmd:"" help:"Keep access keys: asked for on the terminal, or two lines from a pipe."`
	List   KeysList   `cmd:"" help:"List the keys that are kept."`
	Remove KeysRemove `cmd:"" help:"Forget keys, and the leases made with them."`
}

// KeysAdd is credlease keys add.
type KeysAdd struct {
	Name        keysName `arg:"" help:"Name to give them, for --source-keys."`
	FromProfile string   `placeholder:"NAME" help:"Take them from this profile of the AWS credentials file."`
	Replace     bool     `help:"Replace keys of that name."`
}

// keyringLimit bounds a command that only asks the keyring.
const keyringLimit = 30 * time.Second

// Run keeps the keys.
func (k *KeysAdd) Run(p *Process) error {
	keys, err := k.read()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), keyringLimit)
	defer cancel()
	store, err := p.byHand().AddKeys(ctx, string(k.Name), keys, k.Replace)
	if err != nil {
		return err
	}
	fmt.Printf("%s is kept as %s in %s.\n", keys.AccessKeyID, k.Name, store)
	if k.FromProfile != "" {
		fmt.Printf("The keyring gave it back as it was written. The credentials file still has it;\nto remove it there, delete aws_access_key_id and aws_secret_access_key of [%s] in\n%s\n", k.FromProfile, provider.CredentialsFile())
	}
	return nil
}

func (k *KeysAdd) read() (provider.Credentials, error) {
	switch {
	case k.FromProfile != "":
		return provider.ProfileKeys(context.Background(), k.FromProfile)
	case isTerminal(os.Stdin):
		return askForKeys()
	}
	return readKeys(os.Stdin)
}

func askForKeys() (provider.Credentials, error) {
	id, err := prompt.Line("AWS access key id: ")
	if err != nil {
		return provider.Credentials{}, fmt.Errorf("read the access key id: %w", err)
	}
	secret, err := prompt.Secret(context.Background(), "AWS secret access key: ")
	if err != nil {
		return provider.Credentials{}, fmt.Errorf("read the secret access key: %w", err)
	}
	return provider.NewKeys(id, secret)
}

// readKeys reads the access key id and the secret access key, a line each.
func readKeys(pipe io.Reader) (provider.Credentials, error) {
	var lines []string
	scanner := bufio.NewScanner(io.LimitReader(pipe, 4096))
	for scanner.Scan() {
		if line := strings.TrimSpace(scanner.Text()); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) != 2 {
		return provider.Credentials{}, errors.New("read keys from the pipe: it is to have two lines, the access key id and the secret access key")
	}
	return provider.NewKeys(lines[0], lines[1])
}

// KeysList is credlease keys list.
type KeysList struct{}

// Run lists what is kept.
func (*KeysList) Run(p *Process) error {
	ctx, cancel := context.WithTimeout(context.Background(), keyringLimit)
	defer cancel()
	entries, troubles := p.byHand().ListKeys(ctx)
	for _, e := range entries {
		fmt.Printf("%-16s  %s  %s  added %s\n", e.Name, e.AccessKeyID, e.Store, e.Added.Format(time.DateOnly))
	}
	if len(entries) == 0 && len(troubles) == 0 {
		fmt.Println("No keys are kept.")
	}
	return errors.Join(troubles...)
}

// KeysRemove is credlease keys remove.
type KeysRemove struct {
	Name keysName `arg:"" predictor:"keys" help:"Name of the keys."`
}

// Run forgets the keys.
func (k *KeysRemove) Run(p *Process) error {
	ctx, cancel := context.WithTimeout(context.Background(), keyringLimit)
	defer cancel()
	return p.byHand().RemoveKeys(ctx, string(k.Name))
}
