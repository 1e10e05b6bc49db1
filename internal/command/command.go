// Package command is the command line: the grammar that kong reads, a file and a
// struct for each command.
package command

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"credlease/cache"
	"credlease/internal/prompt"
	"credlease/internal/trace"

	"github.com/alecthomas/kong"
	"golang.org/x/term"
)

// Flags are those of every command.
type Flags struct {
	Backend string           `help:"Where to keep what is kept: ${enum}." enum:"${backends}" default:"auto" env:"CREDLEASE_BACKEND" placeholder:"NAME"`
	Verbose bool             `short:"v" help:"Tell every step on stderr, secrets hidden. Not for a credential_process: set CREDLEASE_LOG=FILE for one."`
	Version kong.VersionFlag `help:"Print the version."`
}

// A command of the grammar, with what --help says of it.
type entry struct {
	name, group, help string
	flags             any
}

const (
	forSDKs = "Called by the SDKs as a credential_process:"
	byHand  = "Called by hand:"
	hidden  = "" // called by the shells
)

func entries(args []string) []entry {
	return []entry{
		{"assume-role", forSDKs, "Print credentials of an IAM role.", newAssumeRole(args)},
		{"cognito", forSDKs, "Print credentials from a Cognito identity pool.", newCognito(args)},
		{"session-token", forSDKs, "Print credentials of a session of the source itself, with an MFA code or without.", &SessionToken{}},
		{"keys", byHand, "Keep long-lived access keys in the keyring.", &Keys{}},
		{"profile", byHand, "Write a profile that runs credlease into the AWS config file.", &Profile{}},
		{"status", byHand, "Show what is leased, for how long, and from which store.", &Status{}},
		{"check", byHand, "Ask AWS who a profile is, or why it is nobody.", &Check{}},
		{"doctor", byHand, "Find out why a profile does not use this, is slow, or fails.", &Doctor{}},
		{"clear", byHand, "Forget leases.", &Clear{}},
		{"unlock", byHand, "Open a locked keyring.", &Unlock{}},
		{"completion", byHand, "Print what completes command lines in bash, zsh or fish.", &Completion{}},
		{"complete", hidden, "", &Complete{}},
	}
}

// Options are for the parser of [Flags]. Of the commands they hold those that args
// need, for kong takes a tenth of a hit to read them all.
func Options(version string, args []string) []kong.Option {
	dropEmptyVariables()
	options := []kong.Option{
		kong.Name("credlease"),
		kong.Description("Leases AWS credentials for the SDKs, from an IAM role or a Cognito identity pool, and keeps them in the keyring."),
		kong.Vars{"version": version, "backends": strings.Join(cache.Backends(), ",")},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	}
	for _, e := range needed(args) {
		if e.group == hidden {
			options = append(options, kong.DynamicCommand(e.name, e.help, "", e.flags, "hidden"))
			continue
		}
		options = append(options, kong.DynamicCommand(e.name, e.help, e.group, e.flags))
	}
	return options
}

// dropEmptyVariables is for what kong would take for values, and everybody else
// takes for none.
func dropEmptyVariables() {
	for _, name := range []string{"AWS_ROLE_SESSION_NAME", "CREDLEASE_BACKEND", "CREDLEASE_NO_CACHE"} {
		if os.Getenv(name) == "" {
			os.Unsetenv(name)
		}
	}
}

// needed returns the command that args begin with, or all. The first page of the
// help shows what they are called, and not their flags.
func needed(args []string) []entry {
	all := entries(args)
	switch strings.Join(args, " ") {
	case "--version":
		return nil
	case "--help", "-h":
		for i, e := range all {
			if e.name != "keys" && e.name != "profile" { // They have commands of their own.
				all[i].flags = &struct{}{}
			}
		}
		return all
	}
	if i := slices.IndexFunc(all, func(e entry) bool { return len(args) > 0 && e.name == args[0] }); i >= 0 {
		return all[i : i+1]
	}
	return all
}

// A Process is what the commands share: when it was started, and by whom.
type Process struct {
	Version string // as --version prints it
	Started time.Time
	Backend string
	notice  notice
	Verbose bool
}

// NewProcess is for the flags that were given.
func NewProcess(version string, started time.Time, flags *Flags) *Process {
	return &Process{Version: version, Started: started, Backend: flags.Backend, Verbose: flags.Verbose}
}

// byHand opens the cache for a command that a human waits for.
func (p *Process) byHand() *cache.Cache {
	return p.open(cache.Options{ByHand: true, Passphrase: askPassphrase})
}

func (p *Process) open(o cache.Options) *cache.Cache {
	o.Started, o.Backend = p.Started, p.Backend
	o.Terminal = isTerminal(os.Stderr)
	if o.Terminal {
		o.Warn = func(text string) {
			p.notice.end()
			stderr.WriteString("credlease: warning: " + printable(text) + "\n")
		}
		o.Waiting = p.waitFor
		prompt.Before(p.notice.end)
	}
	var untraced error
	o.Trace, untraced = p.trace()
	c := cache.New(o)
	for _, name := range []string{"CREDLEASE_BACKEND", "CREDLEASE_NO_CACHE", "CREDLEASE_LOG", "CREDLEASE_FILE_PASSPHRASE"} {
		os.Unsetenv(name)
	}
	if untraced != nil {
		c.Report(untraced.Error())
	}
	return c
}

// waitFor says on a terminal what is waited for. The steps of --verbose say it
// themselves.
func (p *Process) waitFor(what string) {
	if !p.Verbose {
		p.notice.waitFor(what)
	}
}

// trace returns nil unless somebody wants to know.
func (p *Process) trace() (*trace.Trace, error) {
	path := os.Getenv("CREDLEASE_LOG")
	switch {
	case p.Verbose:
		return trace.New(p.Started, os.Stderr, path)
	case path != "":
		return trace.New(p.Started, nil, path)
	}
	return nil, nil
}

// passphraseLimit leaves time for the keyring within keyringLimit, and for the
// terminal to be left as it was.
const passphraseLimit = keyringLimit - 5*time.Second

func askPassphrase() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), passphraseLimit)
	defer cancel()
	return prompt.Secret(ctx, "Passphrase of the file backend: ")
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
