// Package spawn keeps what we start away from our terminal.
package spawn

import (
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// InOwnSession starts cmd without our console.
func InOwnSession(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW}
	cmd.WaitDelay = 200 * time.Millisecond
}
