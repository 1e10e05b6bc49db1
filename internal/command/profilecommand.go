package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"credlease/provider"

	"github.com/alecthomas/kong"
)

// checkCommand refuses what no profile could run, or not every SDK.
func checkCommand(profile string, words []string) error {
	source, err := readCommand(words)
	if err != nil {
		return err
	}
	if source == profile {
		return fmt.Errorf("--source-profile: %s would be its own source; name another", profile)
	}
	for _, word := range words {
		if !isSafe(word) {
			return fmt.Errorf("%q cannot stand in an AWS config file: no way to quote is known to every SDK; use letters, digits and _ . / : @ %% + = , - only, and no =,", word)
		}
	}
	return nil
}

// readCommand parses a command line that prints credentials, and returns its
// source profile, if it has one.
func readCommand(words []string) (sourceProfile string, err error) {
	var flags Flags
	all, err := kong.New(&flags, Options("", wholeGrammar)...)
	if err != nil {
		return "", err
	}
	if names := commandsForSDKs(all); !slices.Contains(names, words[0]) {
		return "", fmt.Errorf("%q is none of the commands that print credentials: %s", words[0], strings.Join(names, ", "))
	}
	onlyTells := false
	parser, err := kong.New(&flags, append(Options("", words),
		kong.Writers(io.Discard, io.Discard),
		kong.Exit(func(int) { onlyTells = true }))...)
	if err != nil {
		return "", err
	}
	parsed, err := parser.Parse(words)
	switch {
	case onlyTells:
		return "", errors.New("the command prints no credentials; leave out --help and --version")
	case err != nil:
		return "", err
	case slices.Contains(words, "--refresh"):
		return "", errors.New("--refresh: a profile with it would ask AWS for every process; leave it out")
	case slices.Contains(words, "--verbose"), slices.Contains(words, "-v"):
		return "", errors.New("--verbose: C++ and Swift would take what it writes for credentials; leave it out, and see CREDLEASE_LOG")
	}
	for _, flag := range parsed.Flags() {
		if flag.Name == "source-profile" {
			sourceProfile = fmt.Sprint(parsed.FlagValue(flag))
		}
	}
	return sourceProfile, nil
}

// wholeGrammar asks [Options] for every command and flag.
var wholeGrammar = []string{"", "--help"}

// commandsForSDKs are those that print credentials.
func commandsForSDKs(parser *kong.Kong) []string {
	var names []string
	for _, command := range parser.Model.Children {
		if command.Group != nil && command.Group.Key == forSDKs {
			names = append(names, command.Name)
		}
	}
	return names
}

// isSafe holds for a word that every SDK and shell passes on as it is. The SDK for Go,
// v1 and an old v2, rejects a profile with a comma behind an equals sign.
func isSafe(word string) bool {
	return word != "" && word[0] != '=' && !strings.Contains(word, "=,") && !strings.ContainsFunc(word, func(r rune) bool { return !isSafeRune(r) })
}

func isSafeRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(safePunctuation, r)
}

// calledPath is the absolute path of this program as it was called: by the link of a
// package manager, which an upgrade leaves in place, not by what it leads to.
func calledPath() (string, error) {
	running, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program's own path: %w", err)
	}
	called, err := exec.LookPath(os.Args[0])
	if err == nil {
		called, err = filepath.Abs(called)
	}
	if err == nil && isSameFile(called, running) {
		return called, nil
	}
	return running, nil
}

// programPath is calledPath as an AWS config file can carry it.
func programPath() (string, error) {
	running, err := calledPath()
	if err != nil {
		return "", err
	}
	path := spaceless(running)
	if strings.ContainsFunc(path, func(r rune) bool { return !isSafeRune(r) && !strings.ContainsRune(pathPunctuation, r) }) {
		return "", fmt.Errorf("write %q into the AWS config file: no way to quote a path is known to every SDK; %s", running, movePath)
	}
	return path, nil
}

func isSameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// tryLimit is above what a run with a human may take.
const tryLimit = 65 * time.Second

// try runs the command as an SDK would, from no folder in particular. A human at
// the terminal sees what it says there, and with verbose anyone sees its steps.
func try(program string, words []string, verbose bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), tryLimit)
	defer cancel()
	if verbose {
		words = append(slices.Clone(words), "--verbose")
	}
	cmd := exec.CommandContext(ctx, program, words...)
	cmd.Dir = filepath.VolumeName(program) + string(filepath.Separator)
	cmd.WaitDelay = time.Second
	var stderr bytes.Buffer
	if cmd.Stderr = &stderr; verbose || isTerminal(os.Stderr) {
		cmd.Stderr = os.Stderr
	}
	out, err := cmd.Output()
	if err != nil {
		cause := strings.TrimPrefix(strings.TrimSpace(stderr.String()), "credlease: ")
		if cause == "" {
			cause = err.Error()
		}
		return &tryError{cause}
	}
	credentials, err := provider.DecodeCredentials(out)
	if err != nil {
		return &tryError{"it printed no credentials"}
	}
	account := ""
	if credentials.AccountID != "" {
		account = " of account " + credentials.AccountID
	}
	fmt.Printf("It works: it printed credentials%s, until %s.\n", account, credentials.Expiration.Local().Format(time.TimeOnly))
	return nil
}

// A tryError is that of a command that does not work.
type tryError struct{ cause string }

func (e *tryError) Error() string { return "try the command: " + e.cause }
