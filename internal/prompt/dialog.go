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
	var answer bytes.Buffer
	cmd.Stdout = &answer
	spawn.InOwnSession(cmd)
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "", ErrNoAnswer
	case errors.As(err, &exit):
		return "", ErrCancelled
	case err != nil:
		return "", ErrNobody
	}
	return strings.TrimSpace(answer.String()), nil
}
