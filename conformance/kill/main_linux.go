// Kill starts many credlease processes at once and kills them at random moments,
// round after round, on a real gnome-keyring:
//
//	go run ./conformance/kill -kills 10000
//
// After each round a fresh process has to answer every request with a whole
// document that AWS takes for that request. It fails unless all is zero that it
// counts besides the kills. Now and then gnome-keyring itself dies of a client
// that is killed, and D-Bus starts another one, locked; the next round opens it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"credlease/internal/standin"
	"credlease/internal/testbed"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	kills := flag.Int("kills", 2000, "how many processes to kill")
	backend := flag.String("backend", "auto", "where credlease keeps leases")
	flag.Parse()
	if err := run(*kills, *backend); err != nil {
		fmt.Fprintln(os.Stderr, "kill:", err)
		os.Exit(1)
	}
}

// A request is a command line, and what the ARN of its credentials has in it.
type request struct {
	arguments []string
	identity  string
}

var requests = []request{
	{[]string{"assume-role", "--role-arn", "arn:aws:iam::" + standin.Account + ":role/First", "--role-session-name", "kill"}, ":assumed-role/First/kill"},
	{[]string{"assume-role", "--role-arn", "arn:aws:iam::" + standin.Account + ":role/Second", "--role-session-name", "kill"}, ":assumed-role/Second/kill"},
	{[]string{"cognito", "--identity-pool-id", standin.GuestPool}, ":assumed-role/Cognito_GuestRole/"},
}

// tally is what the killing came to.
type tally struct {
	kills, rounds, torn, foreign, stuck, orphaned int
}

const (
	atOnce = 24
	// killWithin is longer than a mint takes, so that kills hit all of it.
	killWithin = 60 * time.Millisecond
	// answerWithin is the budget of a run in which no human is asked.
	answerWithin = 20 * time.Second
)

func run(kills int, backend string) error {
	bed, err := testbed.New()
	if err != nil {
		return err
	}
	defer bed.Close()
	bed.Env = append(bed.Env, "CREDLEASE_BACKEND="+backend, "CREDLEASE_FILE_PASSPHRASE=for the kill test")
	if err := bed.Server.Fail("delay", "", -1, 5*time.Millisecond); err != nil {
		return err
	}
	began := time.Now()
	var t tally
	for t.kills < kills {
		if err := bed.Keyring.Unlock(); err != nil {
			return fmt.Errorf("unlock the keyring: %w", err)
		}
		t.rounds++
		t.kills += round(bed)
		for _, r := range requests {
			if err := t.check(bed, r); err != nil {
				fmt.Printf("round %d: %s: %v\n", t.rounds, r.arguments[0], err)
			}
		}
	}
	if err := t.clear(bed, backend); err != nil {
		return err
	}
	fmt.Printf("%s: %d kills in %d rounds, %d torn, %d foreign, %d stuck, %d orphaned, %.0f s\n",
		backend, t.kills, t.rounds, t.torn, t.foreign, t.stuck, t.orphaned, time.Since(began).Seconds())
	if t.torn+t.foreign+t.stuck+t.orphaned > 0 {
		return errors.New("something was not zero")
	}
	return nil
}

// round returns how many processes were killed before they ended by themselves.
func round(bed *testbed.Bed) int {
	var killed atomic.Int64
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			arguments := requests[rand.IntN(len(requests))].arguments
			if rand.IntN(2) == 0 {
				arguments = append([]string{}, append(arguments, "--refresh")...)
			}
			cmd := bed.Command("credlease", arguments...)
			if cmd.Start() != nil {
				return
			}
			kill := time.AfterFunc(rand.N(killWithin), func() { _ = cmd.Process.Kill() })
			defer kill.Stop()
			err := cmd.Wait()
			var ended *exec.ExitError
			if errors.As(err, &ended) && ended.Sys().(syscall.WaitStatus).Signaled() {
				killed.Add(1)
			}
		})
	}
	all.Wait()
	return int(killed.Load())
}

// check asks once more, and asks AWS who that makes us.
func (t *tally) check(bed *testbed.Bed, r request) error {
	ctx, cancel := context.WithTimeout(context.Background(), answerWithin)
	defer cancel()
	cmd := bed.Command("credlease", r.arguments...)
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	out, err := cmd.Output()
	if err != nil {
		t.stuck++
		return err
	}
	var document struct{ AccessKeyID, SecretAccessKey, SessionToken string }
	if err := json.Unmarshal(out, &document); err != nil || strings.Count(string(out), "\n") != 1 {
		t.torn++
		return fmt.Errorf("the document is not whole: %w", err)
	}
	who, err := sts.NewFromConfig(aws.Config{
		Region:       "eu-west-1",
		BaseEndpoint: aws.String(bed.Server.URL),
		Credentials:  credentials.NewStaticCredentialsProvider(document.AccessKeyID, document.SecretAccessKey, document.SessionToken),
	}).GetCallerIdentity(ctx, nil)
	if err != nil {
		t.torn++
		return err
	}
	if !strings.Contains(*who.Arn, r.identity) {
		t.foreign++
		return fmt.Errorf("the document is of %s", *who.Arn)
	}
	return nil
}

// clear counts what is left where leases were kept when all is cleared.
func (t *tally) clear(bed *testbed.Bed, backend string) error {
	if err := bed.Keyring.Unlock(); err != nil {
		return fmt.Errorf("unlock the keyring: %w", err)
	}
	if _, err := bed.Credlease("clear", "--identities"); err != nil {
		return err
	}
	var err error
	t.orphaned, err = left(bed, backend)
	return err
}

func left(bed *testbed.Bed, backend string) (int, error) {
	switch backend {
	case "file":
		files, err := os.ReadDir(filepath.Join(bed.Folder, "data", "credlease", "keyring"))
		return len(files), err
	case "keyctl":
		id, err := bed.Run("keyctl", "search", "@u", "keyring", "credlease")
		if err != nil {
			return 0, err
		}
		keys, err := bed.Run("keyctl", "rlist", strings.TrimSpace(string(id)))
		return len(strings.Fields(string(keys))), err
	}
	return bed.Keyring.Items()
}
