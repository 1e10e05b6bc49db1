package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"credlease/internal/deadline"
	"credlease/internal/spawn"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
)

// process is a credential_process whose failure is told by what it wrote to
// stderr. The SDK's error would quote its stdout, secrets included.
type process struct {
	command     string
	sameSession bool
	stderr      boundedBuffer
}

func newProcess(command string) *process { return &process{command: command} }

func (p *process) Retrieve(ctx context.Context) (aws.Credentials, error) {
	began := time.Now()
	found, err := processcreds.NewProviderCommand(processcreds.NewCommandBuilderFunc(p.build)).Retrieve(ctx)
	if err != nil {
		found, err = aws.Credentials{}, processFailure(ctx, err, p.stderr.text())
	}
	traceRun(ctx, "credential_process", err, began)
	return found, err
}

func (p *process) build(ctx context.Context) (*exec.Cmd, error) {
	args := shell(p.command)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stderr = &p.stderr
	if p.sameSession {
		cmd.WaitDelay = orphanGrace
	} else {
		spawn.InOwnSession(cmd)
	}
	return cmd, nil
}

func processFailure(ctx context.Context, err error, stderr string) error {
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return errors.New("its credential_process did not end in time")
	case errors.As(err, &exit):
		return withLastWords(fmt.Errorf("its credential_process ended with %s", exit), lastCause(stderr))
	}
	return withLastWords(errors.New("its credential_process printed no credentials document"), lastCause(stderr))
}

// lastCause shortens what another credlease says of itself. Of the profiles of a
// chain it leaves the last, where it broke: all of them would hide the cause.
func lastCause(stderr string) string {
	text := strings.TrimPrefix(strings.TrimSpace(stderr), "credlease: ")
	const step = "resolve source profile "
	if strings.HasPrefix(text, step) {
		text = text[strings.LastIndex(text, step):]
	}
	return text
}

// retrieve bounds the SDK, which may itself run a credential_process: that one
// inherits our stdin and stderr, so both are put aside meanwhile.
func (s Source) retrieve(ctx context.Context, from aws.CredentialsProvider) (aws.Credentials, error) {
	if _, ours := from.(*process); ours || s.Profile == "" {
		return from.Retrieve(ctx)
	}
	return retrieveQuietly(ctx, from)
}

func retrieveQuietly(ctx context.Context, from aws.CredentialsProvider) (aws.Credentials, error) {
	stderr, restore := putStdioAside()
	found, err := deadline.Do(ctx, func() (aws.Credentials, error) { return from.Retrieve(ctx) })
	restore()
	var failed *processcreds.ProviderError
	if errors.As(err, &failed) {
		return found, processFailure(ctx, err, stderr())
	}
	return found, err
}

// orphanGrace is how long what a process left behind may still write.
const orphanGrace = 200 * time.Millisecond

// putStdioAside makes stdin empty and collects stderr.
func putStdioAside() (collected func() string, restore func()) {
	stdin, stderr := os.Stdin, os.Stderr
	var text boundedBuffer
	null, err := os.Open(os.DevNull)
	if err != nil {
		return text.text, func() {}
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		null.Close()
		return text.text, func() {}
	}
	os.Stdin, os.Stderr = null, writer
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(&text, reader)
	}()
	return text.text, func() {
		os.Stdin, os.Stderr = stdin, stderr
		writer.Close()
		_ = reader.SetReadDeadline(time.Now().Add(orphanGrace))
		<-drained
		reader.Close()
		null.Close()
	}
}
