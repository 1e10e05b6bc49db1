// Package load tells a program that has too much to do from one that hangs.
package load

import (
	"bytes"
	"os"
	"strconv"
	"time"
)

// glance is how long a process, or the machine, is looked at.
const glance = 20 * time.Millisecond

// Busy reports whether a process ran, or waited for a processor, for half of the
// time that Busy looks at it, which one that is stopped, or that waits for
// something else, does not. Where that cannot be known, it has not.
func Busy(pid int) bool {
	return busy(func() (time.Duration, bool) {
		// The first two numbers are the nanoseconds that the first thread ran and
		// waited. See Documentation/scheduler/sched-stats.rst of the kernel.
		text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/schedstat")
		fields := bytes.Fields(text)
		if err != nil || len(fields) < 2 {
			return 0, false
		}
		ran, ranErr := strconv.ParseInt(string(fields[0]), 10, 64)
		waited, waitedErr := strconv.ParseInt(string(fields[1]), 10, 64)
		return time.Duration(ran + waited), ranErr == nil && waitedErr == nil
	})
}

// MachineBusy reports whether somebody waited for a processor for half of the time
// that MachineBusy looks at the machine. Where that cannot be known, nobody has.
func MachineBusy() bool {
	return busy(func() (time.Duration, bool) {
		// The last number of the first line is the microseconds in which some task
		// waited. See Documentation/accounting/psi.rst of the kernel.
		text, err := os.ReadFile("/proc/pressure/cpu")
		some, _, _ := bytes.Cut(text, []byte("\n"))
		_, total, known := bytes.Cut(some, []byte("total="))
		waited, parseErr := strconv.ParseInt(string(total), 10, 64)
		return time.Duration(waited) * time.Microsecond, known && err == nil && parseErr == nil
	})
}

// busy reports whether a clock goes on by half of a glance in that time.
func busy(clock func() (time.Duration, bool)) bool {
	before, known := clock()
	if !known {
		return false
	}
	time.Sleep(glance)
	after, known := clock()
	return known && after-before > glance/2
}
