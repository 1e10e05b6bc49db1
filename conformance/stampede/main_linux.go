// Stampede starts many credlease processes at once, cold and then warm, on a real
// gnome-keyring, and prints the calls that AWS saw:
//
//	go run ./conformance/stampede -processes 200
//
// It fails unless a cold stampede makes one call of each operation, a warm one
// none, and every process prints the same line.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"credlease/internal/standin"
	"credlease/internal/testbed"
)

func main() {
	processes := flag.Int("processes", 200, "how many start at once")
	flag.Parse()
	if err := run(*processes); err != nil {
		fmt.Fprintln(os.Stderr, "stampede:", err)
		os.Exit(1)
	}
}

func run(processes int) error {
	bed, err := testbed.New()
	if err != nil {
		return err
	}
	defer bed.Close()
	for _, r := range []request{
		{[]string{"assume-role", "--role-arn", "arn:aws:iam::" + standin.Account + ":role/Stampede"}, []string{"AssumeRole"}},
		{[]string{"cognito", "--identity-pool-id", standin.GuestPool}, []string{"GetId", "GetCredentialsForIdentity"}},
	} {
		if err := stampede(bed, processes, "cold", 1, r); err != nil {
			return err
		}
		if err := stampede(bed, processes, "warm", 0, r); err != nil {
			return err
		}
	}
	return nil
}

// A request is a command line and the operations that answer it.
type request struct {
	arguments, operations []string
}

// answer is what became of one process.
type answer struct {
	line []byte
	took time.Duration
	err  error
}

func stampede(bed *testbed.Bed, processes int, temperature string, calls int, r request) error {
	bed.Server.Reset()
	answers := make(chan answer)
	for range processes {
		go func() {
			began := time.Now()
			line, err := bed.Credlease(r.arguments...)
			answers <- answer{line, time.Since(began), err}
		}()
	}
	var all []answer
	for range processes {
		all = append(all, <-answers)
	}
	slices.SortFunc(all, func(a, b answer) int { return int(a.took - b.took) })
	fmt.Printf("%s, %d processes, %s: median %d ms, slowest %d ms", r.arguments[0], processes, temperature,
		all[processes/2].took.Milliseconds(), all[processes-1].took.Milliseconds())
	var wrong error
	for _, operation := range r.operations {
		seen := bed.Server.Calls(operation)
		fmt.Printf("; %s %d", operation, seen)
		if seen != calls {
			wrong = fmt.Errorf("%s was called %d times, want %d", operation, seen, calls)
		}
	}
	fmt.Println()
	for _, a := range all {
		if a.err != nil {
			return a.err
		}
		if !bytes.Equal(a.line, all[0].line) {
			return errors.New("two processes print different lines")
		}
	}
	return wrong
}
