package command

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"credlease/cache"
	"credlease/internal/awsconfig"
	"credlease/provider"

	"github.com/alecthomas/kong"
	"github.com/posener/complete"
	"github.com/willabides/kongplete"
)

// Completion is credlease completion.
type Completion struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"Shell to print it for: ${enum}."`
}

// Help is shown by --help.
func (*Completion) Help() string {
	return `install.sh puts it where the shells look. By hand:

  credlease completion bash >~/.local/share/bash-completion/completions/credlease
  credlease completion zsh >~/.local/share/zsh/site-functions/_credlease
  credlease completion fish >~/.config/fish/completions/credlease.fish`
}

// Run prints what the shell evaluates.
func (c *Completion) Run() error {
	program, err := calledPath()
	if err != nil {
		return err
	}
	quoted := "'" + strings.ReplaceAll(program, "'", `'\''`) + "'"
	text := map[string]string{"bash": forBash, "zsh": forZsh, "fish": forFish}[c.Shell]
	_, err = os.Stdout.WriteString(strings.ReplaceAll(text, "PROGRAM", quoted))
	return err
}

// What each shell evaluates: it gives the line up to the cursor to credlease
// complete, which prints a word a line, and what that prints nothing for is left to
// the shell. The variable alone would not do to tell a completion: bash sets it for
// the AWS CLI's completer as well, which asks AWS for names by a profile, and so
// runs us.
const (
	forBash = `_credlease() {
	local IFS=$'\n' cur
	COMPREPLY=($(COMP_LINE=${COMP_LINE:0:COMP_POINT} PROGRAM complete 2>/dev/null))
	IFS=$' \t\n'
	# To bash a colon ends a word.
	if declare -F __ltrim_colon_completions >/dev/null; then
		_get_comp_words_by_ref -n : cur
		__ltrim_colon_completions "$cur"
	fi
}
complete -o default -F _credlease credlease
`
	forZsh = `#compdef credlease
local -a found
found=(${(f)"$(COMP_LINE="${(j: :)words[1,CURRENT-1]} $PREFIX" PROGRAM complete 2>/dev/null)"})
if (( $#found )); then
	[[ $PREFIX != --*=* ]] || compset -P 1 '*='
	compadd -a found
else
	_default
fi
`
	forFish = `function __credlease_complete
	set -l word (commandline -ct)
	set -l found (COMP_LINE=(commandline -cp) PROGRAM complete 2>/dev/null)
	if test (count $found) -gt 0
		# To fish a flag and its value are one word.
		set -l flag (string match -r -- '^--[^=]*=' $word)
		printf '%s\n' "$flag"$found
	else
		__fish_complete_path $word
	end
end
complete -c credlease -f -a '(__credlease_complete)'
`
)

// Complete is credlease complete, which only the shells call.
type Complete struct{}

// lineVariable has the command line up to the cursor.
const lineVariable = "COMP_LINE"

// completionLimit bounds the wait of who has pressed a key.
const completionLimit = 2 * time.Second

// Run prints the words that can come next.
func (*Complete) Run(p *Process) error {
	line := os.Getenv(lineVariable)
	if line == "" {
		return errors.New("complete a command line: " + lineVariable + " is not set; run: credlease completion --help")
	}
	// What follows profile add's -- is a command line of its own.
	_, own, isOwn := strings.Cut(line, " -- ")
	if isOwn {
		line = "credlease " + own
	}
	os.Setenv(lineVariable, line)
	os.Unsetenv("COMP_POINT") // It was where that line ends.
	var flags Flags
	parser, err := kong.New(&flags, Options("", wholeGrammar)...)
	if err != nil {
		return err
	}
	profiles := complete.PredictFunc(func(complete.Args) []string { return profileNames() })
	keys := complete.PredictFunc(func(complete.Args) []string { return p.keysNames() })
	words, err := kongplete.Command(parser, kongplete.WithPredictor("profile", profiles), kongplete.WithPredictor("keys", keys))
	if err != nil {
		return err
	}
	if isOwn {
		printing := commandsForSDKs(parser)
		maps.DeleteFunc(words.Sub, func(name string, _ complete.Command) bool { return !slices.Contains(printing, name) })
	}
	predict(words, complete.Flags{
		"--source-profile":    profiles,
		"--from-profile":      profiles,
		"--from":              profiles,
		"--profile":           profiles,
		"--source-keys":       keys,
		"--credential-source": complete.PredictSet(provider.SourceEnvironment, provider.SourceContainer, provider.SourceInstance),
	})
	complete.New("credlease", words).Complete()
	return nil
}

// predict tells what the values of flags can be, in whichever command they are.
func predict(words complete.Command, flags complete.Flags) {
	for name, predictor := range flags {
		if _, ok := words.GlobalFlags[name]; ok {
			words.GlobalFlags[name] = predictor
		}
	}
	for _, command := range words.Sub {
		predict(command, flags)
	}
}

// profileNames are those of both files that need no quotes.
func profileNames() []string {
	var names []string
	if file, _ := awsconfig.Read(provider.ConfigFile()); file != nil {
		names = append(names, file.Names()...)
	}
	if file, _ := awsconfig.Read(provider.CredentialsFile()); file != nil {
		names = append(names, file.CredentialNames()...)
	}
	var plain []string
	for _, name := range names {
		if _, err := awsconfig.ParseName(name); err == nil {
			plain = append(plain, name)
		}
	}
	return plain
}

// keysNames asks the keyring as an SDK's process does: without any prompt.
func (p *Process) keysNames() []string {
	ctx, cancel := context.WithTimeout(context.Background(), completionLimit)
	defer cancel()
	entries, _ := p.open(cache.Options{}).ListKeys(ctx)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	return names
}
