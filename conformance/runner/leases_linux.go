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
	{"role, 1 h", assume("Hour", "--source-profile base"), time.Hour, ":assumed-role/Hour/conformance", 1},
	{"role, 12 h", assume("Twelve", "--source-profile base --duration-seconds 12h"), 12 * time.Hour, ":assumed-role/Twelve/conformance", 1},
	{"role, 15 min", assume("Quarter", "--source-profile base --duration-seconds 15m"), 15 * time.Minute, ":assumed-role/Quarter/conformance", 1},
	{"Cognito guest", "cognito --identity-pool-id " + standin.GuestPool, time.Hour, ":assumed-role/Cognito_GuestRole/CognitoIdentityCredentials", 1},
	{"chained roles", assume("Outer", "--source-profile inner"), time.Hour, ":assumed-role/Outer/conformance", 2},
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

// leased is what a client made of a kind of lease: a first time, and again with
// the lease in the keyring.
type leased struct {
	kind       kind
	cold, warm int // runs of the process
	mints      int
}

func (b *bench) tryLeases(c *client, r *result) error {
	if err := b.configure(b.config()); err != nil {
		return err
	}
	for _, k := range kinds {
		if err := b.reset(); err != nil {
			return err
		}
		if err := b.tryLease(c, r, k, nil, b.mints); err != nil {
			return err
		}
	}
	return nil
}

// tryLease runs a client twice.
func (b *bench) tryLease(c *client, r *result, k kind, env []string, mints func() int) error {
	l := leased{kind: k}
	e := expectationOf(c.name)
	u := use{profile: k.profile(), calls: e.callsAfter(), env: env}
	for _, runs := range []*int{&l.cold, &l.warm} {
		s, err := b.use(c, u)
		if err != nil {
			return err
		}
		r.judge(k.name, s, k.session, 1+u.calls)
		*runs = s.runs
		if err := b.watched.reset(); err != nil {
			return err
		}
	}
	l.mints = mints()
	status, err := b.credlease("status")
	if err != nil {
		return err
	}
	if label := strings.Fields(k.arguments)[2]; !strings.Contains(status, label) {
		r.complain(k.name, []string{"status does not name " + label})
	}
	if want := e.runs(k.lifetime, 1+u.calls); !want.holds(l.cold) || !want.holds(l.warm) {
		r.complain(k.name, []string{fmt.Sprintf("ran the process %d and %d times, want %s", l.cold, l.warm, want)})
	}
	if l.mints != k.mints {
		r.complain(k.name, []string{fmt.Sprintf("%d mints, want %d", l.mints, k.mints)})
	}
	r.leases = append(r.leases, l)
	return nil
}

// complaints are what is wrong about a use that was to work.
func (s seen) complaints(session string, answers int) []string {
	return append(s.clientComplaints(session, answers), s.processComplaints()...)
}

// clientComplaints are about what the client did.
func (s seen) clientComplaints(session string, answers int) []string {
	var all []string
	if s.failed {
		all = append(all, "fails: "+cut(oneLine(s.stderr)))
	} else if s.stderr != "" {
		all = append(all, "writes to stderr: "+cut(oneLine(s.stderr)))
	}
	if len(s.arns) != answers && !s.failed {
		all = append(all, fmt.Sprintf("%d answers, want %d", len(s.arns), answers))
	}
	if i := slices.IndexFunc(s.arns, func(arn string) bool { return !strings.HasSuffix(arn, session) }); i >= 0 {
		all = append(all, fmt.Sprintf("it is %s, want …%s", s.arns[i], session))
	}
	return append(all, counts(
		count{s.taken, "bytes read of the client's stdin"},
		count{s.orphans, "processes left running"},
		count{s.zombies, "processes left unwaited for"})...)
}

// processComplaints are about what the process gave it.
func (s seen) processComplaints() []string {
	return counts(
		count{s.loud, "bytes on the stderr of the process"},
		count{s.misshapen, "runs of the process without a document as it should be"},
		count{s.torn, "runs of the process with more than one write"})
}

// A count is of something that there is to be none of.
type count struct {
	n    int
	what string
}

func counts(all ...count) []string {
	var complaints []string
	for _, c := range all {
		if c.n > 0 {
			complaints = append(complaints, fmt.Sprint(c.n, " ", c.what))
		}
	}
	return complaints
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
