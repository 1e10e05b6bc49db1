package prompt

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"

	"credlease/internal/spawn"
)

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
	case errors.As(err, &exit) && saysNoDisplay(complaint.String()):
		return "", ErrNobody
	case errors.As(err, &exit):
		return "", ErrCancelled
	// What the program has left running may still hold its output.
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", ErrNobody
	}
	return strings.TrimSpace(answer.String()), nil
}

// saysNoDisplay is for a DISPLAY that has ended, or is another user's, by the words of
// GTK and Qt. The status of zenity is that of a closed window.
func saysNoDisplay(complaint string) bool {
	return strings.Contains(complaint, "open display") || strings.Contains(complaint, "connect to display")
}
