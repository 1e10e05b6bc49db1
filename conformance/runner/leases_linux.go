package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"credlease/internal/standin"
)

// A kind of lease: the profile that asks for it, and what AWS is to see.
type kind struct {
	name      string
	arguments string
	lifetime  time.Duration
	session   string // its ARN ends so
	mints     int    // calls that bring credentials, of a first run
}

const roleARN = "arn:aws:iam::" + standin.Account + ":role/"

func assume(role, more string) string {
	return "assume-role --role-arn " + roleARN + role + " --role-session-name conformance " + more
}

// kinds are all that a client is tried with.
var kinds = []kind{
	{"role, 1 h", assume("Hour", "--source-profile base"), time.Hour, "/Hour/conformance", 1},
	{"role, 12 h", assume("Twelve", "--source-profile base --duration-seconds 12h"), 12 * time.Hour, "/Twelve/conformance", 1},
	{"role, 15 min", assume("Quarter", "--source-profile base --duration-seconds 15m"), 15 * time.Minute, "/Quarter/conformance", 1},
	{"Cognito guest", "cognito --identity-pool-id " + standin.GuestPool, time.Hour, "/Cognito_GuestRole/CognitoIdentityCredentials", 1},
	{"chained roles", assume("Outer", "--source-profile inner"), time.Hour, "/Outer/conformance", 2},
}

func (k kind) profile() string {
	return strings.NewReplacer(" ", "-", ",", "").Replace(strings.ToLower(k.name))
}

// config is an AWS config file with all kinds, by way of a program.
func (b *bench) config() string {
	text := fmt.Sprintf("[profile base]\naws_access_key_id = %s\naws_secret_access_key = %s\n", standin.AccessKeyID, standin.SecretAccessKey)
	text += profileText("inner", b.programs.credlease+" "+assume("Inner", "--source-profile base"))
	for _, k := range kinds {
		text += profileText(k.profile(), b.watched.program+" "+k.arguments)
	}
	return text
}

func profileText(name, process string) string {
	return fmt.Sprintf("[profile %s]\ncredential_process = %s\nregion = eu-west-1\n", name, process)
}

// callsAfter is how often a client calls again after its first call.
const callsAfter = 10

// leased is what a client made of a kind of lease: a first time, and again with
// the lease in the keyring.
type leased struct {
	kind      kind
	cold      int // runs of the process
	warm      int
	mints     int
	complaint []string
}

// lease runs a client twice.
func (b *bench) lease(c *client, k kind) (leased, error) {
	l := leased{kind: k}
	if err := b.reset(); err != nil {
		return l, err
	}
	cold, err := b.use(c, use{profile: k.profile(), calls: callsAfter})
	if err != nil {
		return l, err
	}
	l.complaint = cold.complaints(k.session, 1+callsAfter)
	if l.complaint != nil {
		return l, nil
	}
	if err := b.watched.reset(); err != nil {
		return l, err
	}
	warm, err := b.use(c, use{profile: k.profile(), calls: callsAfter})
	if err != nil {
		return l, err
	}
	l.complaint = warm.complaints(k.session, 1+callsAfter)
	l.cold, l.warm, l.mints = cold.runs, warm.runs, b.mints()
	want := expectationOf(c.name).runs(k.lifetime, 1+callsAfter)
	if l.cold != want || l.warm != want {
		l.complaint = append(l.complaint, fmt.Sprintf("ran the process %d and %d times, want %d", l.cold, l.warm, want))
	}
	if l.mints != k.mints {
		l.complaint = append(l.complaint, fmt.Sprintf("%d mints, want %d", l.mints, k.mints))
	}
	return l, nil
}

// complaints are what is wrong about a use that was to work.
func (s seen) complaints(session string, answers int) []string {
	var all []string
	if s.failed {
		all = append(all, "fails: "+oneLine(s.stderr))
	} else if s.stderr != "" {
		all = append(all, "writes to stderr: "+oneLine(s.stderr))
	}
	if len(s.arns) != answers && !s.failed {
		all = append(all, fmt.Sprintf("%d answers, want %d", len(s.arns), answers))
	}
	if i := slices.IndexFunc(s.arns, func(arn string) bool { return !strings.HasSuffix(arn, session) }); i >= 0 {
		all = append(all, fmt.Sprintf("it is %s, want …%s", s.arns[i], session))
	}
	for _, count := range []struct {
		n    int
		what string
	}{
		{s.loud, "bytes on the stderr of the process"},
		{s.taken, "bytes read of the client's stdin"},
		{s.orphans, "processes left running"},
		{s.zombies, "processes left unwaited for"},
	} {
		if count.n > 0 {
			all = append(all, fmt.Sprintf("%d %s", count.n, count.what))
		}
	}
	return all
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
