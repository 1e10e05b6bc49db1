// Package load tells a program that has too much to do from one that hangs.
package load

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"time"
)

// glance is how long a process is looked at.
const glance = 50 * time.Millisecond

// Busy reports whether a process ran, or waited for a processor, for half of the
// time that Busy looks at it, which one that is stopped, or that waits for
// something else, does not. Where that cannot be known, it has not.
func Busy(pid int) bool {
	before, known := used(pid)
	if !known {
		return false
	}
	time.Sleep(glance)
	after, known := used(pid)
	return known && after-before > glance/2
}

// used is the time for which the first thread of a process ran and waited for a
// processor: the first two numbers, in nanoseconds, of a file that the kernel's
// Documentation/scheduler/sched-stats.rst describes.
func used(pid int) (time.Duration, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/schedstat")
	fields := bytes.Fields(text)
	if err != nil || len(fields) < 2 {
		return 0, false
	}
	ran, ranErr := strconv.ParseInt(string(fields[0]), 10, 64)
	waited, waitedErr := strconv.ParseInt(string(fields[1]), 10, 64)
	return time.Duration(ran + waited), ranErr == nil && waitedErr == nil
}

// manyForEach is how many runnable threads for each processor make a machine so
// busy that what is answered at once on a quiet one may take seconds.
const manyForEach = 8

// MachineBusy reports whether the machine has that much to do. Where that cannot
// be known, it has not.
func MachineBusy() bool {
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
