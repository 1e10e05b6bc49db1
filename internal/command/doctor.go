package command

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"credlease/cache"
	"credlease/internal/doctor"
)

// Doctor is credlease doctor.
type Doctor struct {
	Profile string `placeholder:"NAME" help:"Profile to examine; every one that runs credlease if not given."`
	JSON    bool   `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*Doctor) Help() string {
	return `Each line has a verdict, what was seen and where and, below it, the command that mends it. Nothing is changed; an item that is written to the keyring to try it is removed.

  ok       nothing is wrong
  warning  it works, but slowly, or not in every SDK
  problem  an SDK fails, or uses other credentials

The exit code is 0 if all is ok, and else 1. --json prints a list of check, verdict, evidence and mend.`
}

// doctorLimit bounds all checks together.
const doctorLimit = 60 * time.Second

// Run examines.
func (k *Doctor) Run(p *Process) error {
	ctx, cancel := context.WithTimeout(context.Background(), doctorLimit)
	defer cancel()
	noCache := os.Getenv("CREDLEASE_NO_CACHE") // It is gone once the cache is open.
	// By hand a keyring may ask for its passphrase, which nobody is to be asked
	// for here.
	c := p.open(cache.Options{})
	program, err := calledPath()
	if err != nil {
		return err
	}
	p.waitFor("the keyring and AWS")
	findings := doctor.Examine(c.Trace.With(ctx), doctor.Visit{Profile: k.Profile, Program: program, Version: p.Version, Cache: c, NoCache: noCache, Parse: parseCommand})
	p.notice.end()
	if k.JSON {
		err = printJSON(findings)
	} else {
		err = printFindings(findings)
	}
	if err != nil {
		return err
	}
	for _, f := range findings {
		if f.Verdict != doctor.OK {
			return result{code: exitFailure}
		}
	}
	return nil
}

// parseCommand refuses what prints no credentials, or not as an SDK needs them.
func parseCommand(args []string) error {
	if len(args) == 0 {
		return errors.New("it has no command")
	}
	_, err := readCommand(args)
	return err
}

var verdictColours = map[doctor.Verdict]string{doctor.OK: green, doctor.Warning: yellow, doctor.Problem: red}

func printFindings(findings []doctor.Finding) error {
	const indent = len("problem  ")
	s := newScreen()
	var out strings.Builder
	for _, f := range findings {
		verdict := string(f.Verdict)
		out.WriteString(s.paint(verdictColours[f.Verdict], verdict) + strings.Repeat(" ", indent-len(verdict)))
		out.WriteString(s.fold(printable(f.Check+": "+f.Evidence), indent) + "\n")
		if f.Mend != "" {
			out.WriteString(strings.Repeat(" ", indent) + "run: " + printable(f.Mend) + "\n") // In one piece, to be copied.
		}
	}
	_, err := os.Stdout.WriteString(out.String())
	return err
}
