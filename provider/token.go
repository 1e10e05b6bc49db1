package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"credlease/internal/spawn"
)

// A Token says where an identity provider's token is, never what it is.
type Token struct {
	scheme string // file, env or exec
	name   string // a path, a variable, an executable
}

// maxTokenSize is above the 50,000 characters that Cognito's Logins may have.
const maxTokenSize = 64 << 10

// ParseToken reads file:PATH, env:NAME or exec:PATH. Its error does not quote
// the text, which may be a token in the wrong place.
func ParseToken(text string) (Token, error) {
	scheme, name, _ := strings.Cut(text, ":")
	switch {
	case scheme != "file" && scheme != "env" && scheme != "exec":
		return Token{}, errors.New("token is neither file:PATH, env:NAME nor exec:PATH")
	case name == "":
		return Token{}, fmt.Errorf("token %s: names nothing", scheme)
	case scheme == "exec" && (!filepath.IsAbs(name) || strings.ContainsAny(name, " \t")):
		return Token{}, errors.New("token exec: takes one absolute path without arguments or spaces")
	case scheme == "env" && strings.ContainsFunc(name, func(r rune) bool { return !isVariableRune(r) }):
		return Token{}, errors.New("token env: takes the name of a variable, and not what is in it")
	case isJWT(name):
		return Token{}, fmt.Errorf("token %s: takes the place of a token, and not the token itself", scheme)
	}
	return Token{scheme, name}, nil
}

// isVariableRune holds for the characters of a variable's name (POSIX, Base
// Definitions, 8.1).
func isVariableRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
}

func (t Token) String() string { return t.scheme + ":" + t.name }

// runs reports whether reading the token starts a program.
func (t Token) runs() bool { return t.scheme == "exec" }

// facts reads a token that is at rest, and only names a program: it is run to
// mint and never to look up.
func (t Token) facts(ctx context.Context) (any, error) {
	if t.runs() {
		return t.String(), nil
	}
	token, err := t.read(ctx)
	if err != nil {
		return nil, err
	}
	return tokenFacts(token.reveal()), nil
}

// read returns the token without the white space around it.
func (t Token) read(ctx context.Context) (Secret, error) {
	var text string
	var err error
	switch t.scheme {
	case "file":
		text, err = readFile(t.name, maxTokenSize)
	case "env":
		text = os.Getenv(t.name)
	case "exec":
		began := time.Now()
		text, err = runTokenProgram(ctx, t.name)
		traceRun(ctx, t.String(), err, began)
	}
	text = strings.TrimSpace(text)
	if err == nil {
		switch {
		case text == "" && t.scheme == "env":
			err = errors.New("the variable is empty or not set")
		case text == "":
			err = errors.New("there is nothing in it")
		case len(text) >= maxTokenSize:
			err = errors.New("it is over 64 KiB")
		}
	}
	if err != nil {
		return Secret{}, &Failure{Class: ClassNoToken, Step: "read token " + t.String(), Cause: oneLine(err.Error()), err: err}
	}
	return NewSecret(text), nil
}

// leeway is how long past its end a token is still sent. Its end is judged by
// AWS's clock, not ours, which may be wrong: by five minutes at most where
// anything signed is to be accepted.
const leeway = 5 * time.Minute

// readToUse reads a token of at most limit characters, and refuses one that is
// over before AWS does. Skew is AWS's clock less the local one, where it is known.
func (t Token) readToUse(ctx context.Context, limit int, skew time.Duration) (Secret, error) {
	token, err := t.read(ctx)
	if err != nil {
		return Secret{}, err
	}
	if n := len(token.reveal()); n > limit {
		return Secret{}, &Failure{Class: ClassToken, Step: "use token " + t.String(), Cause: fmt.Sprintf("it has %d characters, and AWS takes %d", n, limit)}
	}
	if end, ok := endOf(token); ok {
		if left := time.Until(end.Add(-skew)); left < -leeway {
			clock := "the local clock"
			if skew != 0 {
				clock = "AWS's clock"
			}
			return Secret{}, &Failure{Class: ClassToken, Step: "use token " + t.String(), Cause: "it expired " + inMinutes(-left) + " ago by " + clock}
		}
	}
	return token, nil
}

// withEnd names a token's end as the cause of what AWS says of it, if it has come
// or is near.
func (t Token) withEnd(token Secret, skew time.Duration, cause string) string {
	end, ok := endOf(token)
	switch left := time.Until(end.Add(-skew)); {
	case !ok || left > leeway:
		return cause
	case left <= 0:
		return fmt.Sprintf("token %s expired %s ago: %s", t, inMinutes(-left), cause)
	default:
		return fmt.Sprintf("token %s has only %s left: %s", t, inMinutes(left), cause)
	}
}

// inMinutes writes a time to the minute, or to the second if it is shorter.
func inMinutes(d time.Duration) string {
	if d < time.Minute {
		return d.Truncate(time.Second).String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

// readFile reads at most so many bytes of a file.
func readFile(path string, most int64) (string, error) {
	// A pipe that nobody writes to would block the opening.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return "", errors.New("it is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return "", causeOf(err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most))
	return string(data), causeOf(err)
}

// causeOf leaves out the path of a file error, which the step has named, and says
// the commonest one in the same words on every platform.
func causeOf(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return errors.New("no such file")
	}
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// tokenProgramLimit leaves time for AWS when a token program hangs.
const tokenProgramLimit = 45 * time.Second

func runTokenProgram(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, tokenProgramLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path)
	var stdout, stderr boundedBuffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	spawn.InOwnSession(cmd)
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // It ended well, and something that it left behind holds the pipe.
	}
	switch {
	case ctx.Err() != nil:
		return "", errors.New("it did not end in time")
	case err != nil:
		return "", withLastWords(causeOf(err), stderr.text())
	case strings.TrimSpace(stdout.text()) == "":
		return "", withLastWords(errors.New("it printed nothing"), stderr.text())
	}
	return stdout.text(), nil
}

// withLastWords adds the last line that a program wrote to stderr, with
// anything in it masked that could be a secret.
func withLastWords(err error, stderr string) error {
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if last := oneLine(maskLongWords(lines[len(lines)-1])); last != "" {
		return fmt.Errorf("%w: %s", err, last)
	}
	return err
}

// boundedBuffer keeps the first 64 KiB of what is written to it.
type boundedBuffer struct{ kept bytes.Buffer }

func (b *boundedBuffer) Write(p []byte) (int, error) {
	b.kept.Write(p[:min(len(p), maxTokenSize-b.kept.Len())])
	return len(p), nil
}

func (b *boundedBuffer) text() string { return b.kept.String() }
