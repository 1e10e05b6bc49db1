package cache

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

var shells = []string{"sh", "dash", "bash", "zsh", "fish", "ksh", "busybox"}

// caller returns the file name of the program that asked, without its arguments:
// the nearest of our ancestors that is not a shell.
func caller() string {
	pid := os.Getppid()
	for range 4 {
		if pid <= 1 {
			break
		}
		process := "/proc/" + strconv.Itoa(pid)
		path, err := os.Readlink(process + "/exe")
		if err != nil {
			break
		}
		// The kernel says so of a program whose file is gone, as after an upgrade.
		path = strings.TrimSuffix(path, " (deleted)")
		if name := filepath.Base(path); !slices.Contains(shells, name) {
			return name
		}
		stat, err := os.ReadFile(process + "/stat")
		// The parent's id is the second field after the name, which is in
		// parentheses and may hold anything. See proc_pid_stat(5).
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if err != nil || len(fields) < 2 {
			break
		}
		pid, err = strconv.Atoi(string(fields[1]))
		if err != nil {
			break
		}
	}
	return ""
}
