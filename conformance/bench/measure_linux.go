package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// A command starts a process anew each time.
type command func() *exec.Cmd

func (b bench) command(name string, arguments ...string) command {
	return func() *exec.Cmd { return b.Command(name, arguments...) }
}

// run returns the bytes that the process had in memory at its peak.
func (c command) run() (int64, error) {
	cmd := c()
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("%s: %w", filepath.Base(cmd.Path), err)
	}
	return cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10, nil
}

func (c command) time() (time.Duration, error) {
	began := time.Now()
	_, err := c.run()
	return time.Since(began), err
}

// paired is what two commands took: medians, and the median over the pairs of
// their ratio and difference.
type paired struct {
	a, b       time.Duration
	ratio      float64
	difference time.Duration
}

// warmUps are not counted.
const warmUps = 5

func measure(runs int, a, b command) (paired, error) {
	var as, bs, differences []time.Duration
	var ratios []float64
	for i := range warmUps + runs {
		first, second := a, b
		if i%2 == 1 {
			first, second = b, a
		}
		took1, err := first.time()
		if err != nil {
			return paired{}, err
		}
		took2, err := second.time()
		if err != nil {
			return paired{}, err
		}
		if i < warmUps {
			continue
		}
		if i%2 == 1 {
			took1, took2 = took2, took1
		}
		as, bs = append(as, took1), append(bs, took2)
		ratios = append(ratios, took1.Seconds()/took2.Seconds())
		differences = append(differences, took1-took2)
	}
	return paired{median(as), median(bs), median(ratios), median(differences)}, nil
}

func median[T time.Duration | float64](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}
