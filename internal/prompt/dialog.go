package prompt

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"regexp"
	"strings"

	"credlease/internal/spawn"
)

// noDisplay is what GTK and Qt print where DISPLAY is one that has ended, or another
// user's. The status of zenity is that of a closed window.
var noDisplay = regexp.MustCompile(`(open|connect to) display`)

// inDialog asks in a window of the platform's own dialog program, which prints the
// answer and fails if the window is closed.
func inDialog(ctx context.Context, question string) (string, error) {
	args := dialog(question)
	if args == nil {
		return "", ErrNobody
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var answer, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &answer, &complaint
	spawn.InOwnSession(cmd)
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "", ErrNoAnswer
	case errors.As(err, &exit) && noDisplay.Match(complaint.Bytes()):
		return "", ErrNobody
	case errors.As(err, &exit):
		return "", ErrCancelled
	// What the program has left running may still hold its output.
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", ErrNobody
	}
	return strings.TrimSpace(answer.String()), nil
}
