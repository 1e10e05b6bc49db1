package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// use is one run of a client.
type use struct {
	profile string // or "" for none
	calls   int
	// script and argument are run in place of the client and its calls.
	script, argument string
	env              []string // beside the bench's
	limit            time.Duration
}

// seen is what came of it.
type seen struct {
	arns   []string
	stderr string
	failed bool
	runs   int // of the process, by all clients since the notes were reset
	// of those that were to print a document: the bytes on stderr, those that
	// printed something else, and those that did it in more than one write.
	loud, misshapen, torn int
	taken                 int // bytes read of the client's stdin
	// orphans and zombies are processes that it has left.
	orphans, zombies int
}

const useLimit = 90 * time.Second

// waiting is on the client's stdin, and is nobody's to read.
const waiting = "this is the application's own\n"

func (b *bench) use(c *client, u use) (seen, error) {
	limit := u.limit
	if limit == 0 {
		limit = useLimit
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	stdin, feed, err := os.Pipe()
	if err != nil {
		return seen{}, err
	}
	defer stdin.Close()
	if _, err := feed.WriteString(waiting); err != nil {
		return seen{}, err
	}
	mark := newMark()
	var stdout, stderr bytes.Buffer
	if u.script == "" {
		u.script, u.argument = filepath.Join(c.folder, "client"), strconv.Itoa(u.calls)
	}
	cmd := exec.CommandContext(ctx, u.script, c.build, u.argument)
	cmd.Env = append(append([]string{mark.variable()}, b.env...), u.env...)
	if u.profile != "" {
		cmd.Env = append(cmd.Env, "AWS_PROFILE="+u.profile)
	}
	cmd.Dir = b.folder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	// What it leaves behind may hold its stdout.
	cmd.WaitDelay = 2 * time.Second
	err = cmd.Run()
	feed.Close()
	if ctx.Err() != nil {
		stderr.WriteString("\n(no end within " + limit.String() + ")")
	}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) && !errors.Is(err, exec.ErrWaitDelay) {
		return seen{}, err
	}
	s := seen{arns: strings.Fields(stdout.String()), stderr: stderr.String(), failed: err != nil}
	if cmd.Process != nil {
		s.orphans, s.zombies = mark.left(cmd.Process.Pid)
	}
	rest, err := io.ReadAll(stdin)
	s.taken = len(waiting) - len(rest)
	if err != nil {
		return s, err
	}
	notes, err := b.watched.notes()
	s.runs = len(notes)
	for _, n := range notes {
		if n.Exit != 0 && n.Writes == 0 {
			continue // It has failed as it should.
		}
		s.loud += n.Stderr
		if !n.Document || n.Exit != 0 {
			s.misshapen++
		}
		if n.Writes != 1 {
			s.torn++
		}
	}
	return s, err
}
