package main

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// adopt makes us the parent of what clients leave behind, so that it is seen.
// See PR_SET_CHILD_SUBREAPER in prctl(2).
func adopt() error { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// A mark is in the environment of a client and of all that it starts.
type mark string

func newMark() mark { return mark(rand.Text()) }

func (m mark) variable() string { return "CONFORMANCE_MARK=" + string(m) }

// A process is one that a client has left.
type process struct {
	pid  int
	dead bool // and nobody has waited for it
}

// grace is for a run that was under way when the client ended.
const grace = 2 * time.Second

// left counts what a client has left, in its session or with its mark: processes
// that go on, which it ends, and those whose end nobody waited for.
func (m mark) left(session int) (orphans, zombies int) {
	all := m.processes(session)
	for _, p := range all {
		if p.dead {
			zombies++
		}
	}
	for until := time.Now().Add(grace); living(all) > 0 && time.Now().Before(until); {
		time.Sleep(20 * time.Millisecond)
		all = m.processes(session)
	}
	orphans = living(all)
	for _, p := range all {
		_ = syscall.Kill(p.pid, syscall.SIGKILL)
		_, _ = syscall.Wait4(p.pid, nil, 0, nil) // It may be another's child.
	}
	return orphans, zombies
}

func living(all []process) int {
	n := 0
	for _, p := range all {
		if !p.dead {
			n++
		}
	}
	return n
}

func (m mark) processes(session int) []process {
	var all []process
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		pid, err := strconv.Atoi(filepath.Base(folder))
		stat, failed := os.ReadFile(filepath.Join(folder, "stat"))
		if err != nil || failed != nil {
			continue // It has ended meanwhile.
		}
		// The fields after the name, which is in parentheses and may hold
		// anything: state, parent, group, session. See proc_pid_stat(5).
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		environment, _ := os.ReadFile(filepath.Join(folder, "environ"))
		if fields[3] == strconv.Itoa(session) || bytes.Contains(environment, []byte(m.variable())) {
			all = append(all, process{pid, fields[0] == "Z"})
		}
	}
	return all
}
