//go:build unix

package prompt

import (
	"os"

	"golang.org/x/sys/unix"
)

// openTerminal succeeds only for the foreground process group: the kernel would
// stop any other that reads.
func openTerminal() (in, out *os.File, err error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	foreground, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	if err != nil || foreground != unix.Getpgrp() {
		tty.Close()
		return nil, nil, ErrNoTerminal
	}
	return tty, tty, nil
}
