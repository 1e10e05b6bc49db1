package provider

import (
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// inOwnSession starts cmd without our console.
func inOwnSession(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW}
	cmd.WaitDelay = 200 * time.Millisecond
}

// shell is how the SDK runs a credential_process.
func shell(command string) []string { return []string{"cmd.exe", "/C", command} }
