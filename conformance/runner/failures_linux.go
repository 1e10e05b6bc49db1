package main

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// A failure is what a user sees of one of credlease's.
type failure struct {
	name string
	runs int    // of the process
	text string // on the client's stderr
	told bool   // credlease's own words are in it
}

// A trouble is a cause of failures.
type trouble struct {
	name, arguments string
	env             []string
	cause           string // is in what credlease says, and in its status
	begin, end      func() error
}

func (b *bench) troubles() []trouble {
	none := func() error { return nil }
	return []trouble{
		{"AccessDenied", assume("denied", "--source-profile base"), nil, "AccessDenied", none, none},
		{"network down", assume("Hour", "--source-profile base"), []string{"AWS_ENDPOINT_URL=http://127.0.0.1:9"}, "connection refused", none, none},
		{"keyring locked", assume("Hour", "--source-keys work"), nil, "locked", b.keyring.Lock, b.keyring.Unlock},
	}
}

func (b *bench) tryFailures(c *client, r *result) error {
	for _, t := range b.troubles() {
		f, complaints, err := b.fail(c, t)
		if err != nil {
			return err
		}
		r.failures = append(r.failures, f)
		r.complain(t.name, complaints)
	}
	return nil
}

func (b *bench) keepKeys() error {
	cmd := exec.Command(b.programs.credlease, "keys", "add", "work")
	cmd.Env = b.env
	cmd.Stdin = strings.NewReader("AKIAIOSFODNN7EXAMPLE\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("keys add: %w: %s", err, out)
	}
	return nil
}

func (b *bench) fail(c *client, t trouble) (f failure, complaints []string, err error) {
	if err := b.reset(); err != nil {
		return f, nil, err
	}
	if err := b.configure(b.config() + profileText("trouble", b.watched.program+" "+t.arguments)); err != nil {
		return f, nil, err
	}
	if err := t.begin(); err != nil {
		return f, nil, err
	}
	s, err := b.use(c, use{profile: "trouble", env: t.env})
	if err != nil {
		return f, nil, err
	}
	status, err := b.credlease("status")
	if err := errors.Join(err, t.end()); err != nil {
		return f, nil, err
	}
	f = failure{t.name, s.runs, b.stable(s.stderr), strings.Contains(s.stderr, t.cause) && strings.Contains(s.stderr, "credlease: ")}
	if !s.failed {
		complaints = append(complaints, "it does not fail")
	}
	if !strings.Contains(status, t.cause) {
		complaints = append(complaints, "status does not show the cause: "+oneLine(status))
	}
	complaints = append(complaints, s.processComplaints()...)
	complaints = append(complaints, counts(
		count{s.orphans, "processes left running"},
		count{s.zombies, "processes left unwaited for"})...)
	return f, complaints, nil
}

// What differs from one run to the next, and what it is written as.
var unstable = []struct {
	form *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`127\.0\.0\.1:\d{2,}`), "127.0.0.1:PORT"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "ID"},
	{regexp.MustCompile(`remembered, \d+ s old`), "remembered, N s old"},
	{regexp.MustCompile(`0x[0-9a-f]{6,}`), "0x…"},
	{regexp.MustCompile(`@[0-9a-f]{6,8}\b`), "@…"},
}

// longest is how much of a text goes into the results.
const longest = 420

// stable makes of what a client wrote a line that is the same in every run.
func (b *bench) stable(text string) string {
	text = strings.ReplaceAll(text, b.watched.program, "/…/credlease")
	text = strings.ReplaceAll(text, b.folder, "/…")
	text = oneLine(text)
	for _, u := range unstable {
		text = u.form.ReplaceAllString(text, u.as)
	}
	return cut(text)
}

func cut(text string) string {
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}
