//go:build unix

package provider

import (
	"os/exec"
	"syscall"
	"time"
)

// inOwnSession starts cmd in a session of its own, so that it and all that it
// starts can be ended together and none of it touches our terminal.
func inOwnSession(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 200 * time.Millisecond
}

// shell is how the SDK runs a credential_process.
func shell(command string) []string { return []string{"sh", "-c", command} }
