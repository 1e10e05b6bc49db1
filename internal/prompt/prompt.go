// Package prompt asks a human on the terminal, never on stdin or stdout: those
// belong to the SDK that waits for us, and to the program that uses it.
package prompt

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/term"
)

// ErrNoTerminal is returned where there is nobody to ask.
var ErrNoTerminal = errors.New("there is no terminal to ask on")

// ErrCancelled is returned when the human ends the question with Ctrl-C or Ctrl-D.
var ErrCancelled = errors.New("cancelled")

// Line asks for a line that may be seen.
func Line(question string) (string, error) { return ask(question, true) }

// Secret asks for a line that is not shown while it is typed.
func Secret(question string) (string, error) { return ask(question, false) }

// ask turns the terminal's echo off before it shows the question: what is typed
// at once, or pasted, would be seen otherwise.
func ask(question string, echo bool) (string, error) {
	in, out, err := openTerminal()
	if err != nil {
		return "", ErrNoTerminal
	}
	beforeQuestion()
	defer in.Close()
	defer out.Close()
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return "", fmt.Errorf("ask on the terminal: %w", err)
	}
	defer term.Restore(int(in.Fd()), before)
	terminal := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, question)
	read := terminal.ReadLine
	if !echo {
		read = func() (string, error) { return terminal.ReadPassword(question) }
	}
	answer, err := read()
	if errors.Is(err, io.EOF) {
		err = ErrCancelled
	}
	return strings.TrimSpace(answer), err
}
