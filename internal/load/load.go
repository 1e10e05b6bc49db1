// Package load tells a machine that is busy from a program that hangs.
package load

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
)

// manyForEach is how many runnable threads for each processor make a machine so
// busy that what is answered at once on a quiet one may take seconds.
const manyForEach = 8

// Busy reports whether the machine has that much to do. Where that cannot be
// known, it has not.
func Busy() bool {
	// The fourth field is the number of runnable threads, a slash, and that of
	// all. See proc_loadavg(5).
	average, err := os.ReadFile("/proc/loadavg")
	fields := bytes.Fields(average)
	if err != nil || len(fields) < 4 {
		return false
	}
	runnable, _, _ := bytes.Cut(fields[3], []byte("/"))
	n, err := strconv.Atoi(string(runnable))
	return err == nil && n > manyForEach*runtime.NumCPU()
}
