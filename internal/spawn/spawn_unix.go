//go:build unix

// Package spawn keeps what we start away from our terminal.
package spawn

import (
	"os/exec"
	"syscall"
	"time"
)

// InOwnSession starts cmd in a session of its own, so that it and all that it
// starts can be ended together and none of it touches our terminal.
func InOwnSession(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 200 * time.Millisecond
}
