// Package prompt asks a human on the terminal, never on stdin or stdout: those
// belong to the SDK that waits for us, and to the program that uses it.
package prompt

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/term"
)

// ErrNoTerminal is returned where there is nobody to ask.
var ErrNoTerminal = errors.New("there is no terminal to ask on")

// Line asks for a line that may be seen.
func Line(question string) (string, error) { return ask(question, true) }

// Secret asks for a line that is not shown while it is typed.
func Secret(question string) (string, error) { return ask(question, false) }

func ask(question string, echo bool) (string, error) {
	in, out, err := openTerminal()
	if err != nil {
		return "", ErrNoTerminal
	}
	defer in.Close()
	defer out.Close()
	fmt.Fprint(out, question)
	if !echo {
		answer, err := term.ReadPassword(int(in.Fd()))
		fmt.Fprintln(out)
		return strings.TrimSpace(string(answer)), err
	}
	var answer []byte
	for next := make([]byte, 1); ; {
		n, err := in.Read(next)
		if n == 0 || err != nil || next[0] == '\n' {
			return strings.TrimSpace(string(answer)), err
		}
		answer = append(answer, next[0])
	}
}
