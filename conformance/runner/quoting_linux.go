package main

import (
	"fmt"
	"slices"
	"strings"
)

// A spelling is a way to write a credential_process: the line, with PLAIN and
// SPACED for the folders in which the program is called h, and the arguments that
// it is to get.
type spelling struct {
	line      string
	arguments []string
	written   bool // by credlease itself: every client has to read it right
}

// allowed has every character that a line may have, and not the pair =, which
// the parser of aws-sdk-go v1 takes for two tokens.
const allowed = "AZaz09_./:@%+,-=a"

var spellings = []spelling{
	{"PLAIN/h " + allowed + " --flag=" + allowed, []string{allowed, "--flag=" + allowed}, true},
	{`"SPACED/h" a "b c"`, []string{"a", "b c"}, false},
	{`'SPACED/h' a 'b c'`, []string{"a", "b c"}, false},
	{`"PLAIN/h" a`, []string{"a"}, false},
	{`ESCAPED/h a b\ c`, []string{"a", "b c"}, false},
	{`h a`, []string{"a"}, false},
	{`~/h a`, []string{"a"}, false},
	{`$HOME/h a`, []string{"a"}, false},
	{`A=1 PLAIN/h a`, []string{"a"}, false},
	{`PLAIN/h a # b`, []string{"a"}, false},
	{`PLAIN/h a ; true`, []string{"a"}, false},
	{`PLAIN/h [a]`, []string{"[a]"}, false},
	{`PLAIN/h a=,b`, []string{"a=,b"}, false},
}

// shown is the spelling as the results have it.
func (s spelling) shown() string {
	return strings.NewReplacer("PLAIN", "/dir", "SPACED", "/my dir", "ESCAPED", `/my\ dir`).Replace(s.line)
}

// What a client makes of a spelling.
const (
	right  = "right"
	others = "other"
	fails  = "–"
)

func (b *bench) tryQuoting(c *client, r *result) error {
	if err := b.configure(b.config()); err != nil {
		return err
	}
	document, err := b.credlease(strings.Fields(kinds[0].arguments)...)
	if err != nil {
		return err
	}
	plain, spaced := b.path("q/"+strings.ReplaceAll(allowed, "/", "")), b.path("q/my dir")
	home := b.variable("HOME")
	var programs []watched
	for _, folder := range []string{plain, spaced, home} {
		w, err := watch(b.programs, folder, "h", settings{Answer: document})
		if err != nil {
			return err
		}
		programs = append(programs, w)
	}
	replace := strings.NewReplacer("PLAIN", plain, "SPACED", spaced, "ESCAPED", strings.ReplaceAll(spaced, " ", `\ `))
	for _, s := range spellings {
		if err := b.configure(profileText("spelled", replace.Replace(s.line))); err != nil {
			return err
		}
		seen, err := b.use(c, use{profile: "spelled", env: []string{"PATH=" + home + ":" + b.variable("PATH")}})
		if err != nil {
			return err
		}
		outcome, err := read(programs, s, seen)
		if err != nil {
			return err
		}
		r.quoting = append(r.quoting, outcome)
		if s.written && outcome != right {
			r.complain("quoting", []string{fmt.Sprintf("%s: %s: %s", s.shown(), outcome, oneLine(seen.stderr))})
		}
	}
	return nil
}

// read tells what a client has made of a line, from the notes of the programs.
func read(programs []watched, s spelling, of seen) (string, error) {
	outcome := fails
	for _, w := range programs {
		notes, err := w.notes()
		if err != nil {
			return "", err
		}
		if err := w.reset(); err != nil {
			return "", err
		}
		for _, n := range notes {
			switch {
			case of.failed:
			case slices.Equal(n.Arguments, s.arguments):
				outcome = right
			default:
				outcome = others
			}
		}
	}
	return outcome, nil
}
