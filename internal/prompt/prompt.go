// Package prompt asks a human, never on stdin or stdout: those belong to the SDK
// that waits for us, and to the program that uses it.
package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"
)

// ErrNoTerminal is returned where there is nobody to ask.
var ErrNoTerminal = errors.New("there is no terminal to ask on")

// ErrNobody is returned where there is no display either.
var ErrNobody = errors.New("there is neither a terminal nor a display to ask on")

// ErrCancelled is returned when the human ends the question with Ctrl-C or Ctrl-D,
// or closes the dialog.
var ErrCancelled = errors.New("cancelled")

// ErrNoAnswer is returned when the time for an answer is over.
var ErrNoAnswer = errors.New("nobody answered in time")

// Line asks for a line that may be seen.
func Line(question string) (string, error) { return onTerminal(context.Background(), question, true) }

// Secret asks for a line that is not shown while it is typed, until ctx is done.
func Secret(ctx context.Context, question string) (string, error) {
	return onTerminal(ctx, question, false)
}

// Code asks for the code of a device, until ctx is done: on the terminal if we are
// in its foreground, else in a dialog of the desktop's own.
func Code(ctx context.Context, question string) (string, error) {
	answer, err := onTerminal(ctx, question+": ", false)
	if errors.Is(err, ErrNoTerminal) {
		return inDialog(ctx, question)
	}
	return answer, err
}

// onTerminal turns the terminal's echo off before it shows the question: what is
// typed at once, or pasted, would be seen otherwise. However it ends, the terminal
// is left as it was.
func onTerminal(ctx context.Context, question string, echo bool) (string, error) {
	in, out, err := openTerminal()
	if err != nil {
		return "", ErrNoTerminal
	}
	beforeQuestion()
	defer in.Close()
	defer out.Close()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return "", fmt.Errorf("ask on the terminal: %w", err)
	}
	defer term.Restore(int(in.Fd()), before)
	terminal := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, question)
	type line struct {
		text string
		err  error
	}
	typed := make(chan line, 1)
	go func() {
		read := terminal.ReadLine
		if !echo {
			read = func() (string, error) { return terminal.ReadPassword(question) }
		}
		text, err := read()
		typed <- line{text, err}
	}()
	select {
	case l := <-typed:
		if errors.Is(l.err, io.EOF) {
			l.err = ErrCancelled
		}
		return strings.TrimSpace(l.text), l.err
	case <-ctx.Done():
		fmt.Fprint(out, "\r\n")
		if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			return "", ErrNoAnswer
		}
		return "", ErrCancelled
	}
}
