// Package command is the command line: the grammar that kong reads, a file and a
// struct for each command.
package command

import (
	"os"
	"strings"
	"time"

	"credlease/cache"
	"credlease/internal/prompt"

	"github.com/alecthomas/kong"
	"golang.org/x/term"
)

// Grammar is what can be typed.
type Grammar struct {
	AssumeRole AssumeRole `cmd:"" help:"Print credentials of an IAM role." group:"Called by the SDKs as a credential_process:"`
	Cognito    Cognito    `cmd:"" help:"Print credentials from a Cognito identity pool." group:"Called by the SDKs as a credential_process:"`
	Keys       Keys       `cmd:"" help:"Keep long-lived access keys in the keyring." group:"Called by hand:"`
	Status     Status     `cmd:"" help:"Show what is leased, for how long, and from which store." group:"Called by hand:"`
	Clear      Clear      `cmd:"" help:"Forget leases." group:"Called by hand:"`
	Unlock     Unlock     `cmd:"" help:"Open a locked keyring." group:"Called by hand:"`

	Backend string           `help:"Where to keep what is kept: ${enum}." enum:"${backends}" default:"auto" env:"CREDLEASE_BACKEND" placeholder:"NAME"`
	Version kong.VersionFlag `help:"Print the version."`
}

// Options are for the parser of a [Grammar].
func Options(version string) []kong.Option {
	return []kong.Option{
		kong.Name("credlease"),
		kong.Description("Leases AWS credentials for the SDKs, from an IAM role or a Cognito identity pool, and keeps them in the keyring."),
		kong.Vars{"version": version, "backends": strings.Join(cache.Backends(), ",")},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	}
}

// A Process is what the commands share: when it was started, and by whom.
type Process struct {
	Started time.Time
	Backend string
}

// NewProcess takes our own variables out of the environment, so that nothing we
// start sees them.
func NewProcess(started time.Time, grammar *Grammar) *Process {
	return &Process{Started: started, Backend: grammar.Backend}
}

// byHand opens the cache for a command that a human waits for.
func (p *Process) byHand() *cache.Cache {
	return p.open(cache.Options{ByHand: true, Passphrase: askPassphrase})
}

func (p *Process) open(o cache.Options) *cache.Cache {
	o.Started, o.Backend = p.Started, p.Backend
	o.Terminal = isTerminal(os.Stderr)
	if o.Terminal {
		o.Warn = func(text string) { os.Stderr.WriteString("credlease: warning: " + text + "\n") }
	}
	c := cache.New(o)
	for _, name := range []string{"CREDLEASE_BACKEND", "CREDLEASE_NO_CACHE", "CREDLEASE_LOG", "CREDLEASE_FILE_PASSPHRASE"} {
		os.Unsetenv(name)
	}
	return c
}

func askPassphrase() (string, error) { return prompt.Secret("Passphrase of the file backend: ") }

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
