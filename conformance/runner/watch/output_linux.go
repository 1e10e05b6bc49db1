package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"time"

	"golang.org/x/sys/unix"
)

// output is what a program has written, or an SDK is to get.
type output struct {
	stdout [][]byte // a write each
	stderr []byte
	exit   int
}

// runProgram runs a program with our arguments and our stdin.
func runProgram(path string) (output, error) {
	// In packet mode, a read returns what one write wrote. See pipe(2).
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_DIRECT|unix.O_CLOEXEC); err != nil {
		return output{}, err
	}
	from, to := os.NewFile(uintptr(ends[0]), "from"), os.NewFile(uintptr(ends[1]), "to")
	defer from.Close()
	var stderr bytes.Buffer
	cmd := exec.Command(path, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, to, &stderr
	if err := cmd.Start(); err != nil {
		return output{}, err
	}
	to.Close()
	o := output{}
	for buffer := make([]byte, 64<<10); ; {
		n, err := from.Read(buffer)
		if n > 0 {
			o.stdout = append(o.stdout, bytes.Clone(buffer[:n]))
		}
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return output{}, err
		}
	}
	var failed *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &failed) {
		return output{}, err
	}
	o.stderr, o.exit = stderr.Bytes(), cmd.ProcessState.ExitCode()
	return o, nil
}

// pass writes it where the SDK reads it.
func (o output) pass() error {
	if _, err := os.Stderr.Write(o.stderr); err != nil {
		return err
	}
	for i, part := range o.stdout {
		if i > 0 {
			time.Sleep(50 * time.Millisecond) // So that it is read by itself.
		}
		if _, err := os.Stdout.Write(part); err != nil {
			return err
		}
	}
	return nil
}
