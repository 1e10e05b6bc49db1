package command

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"credlease/cache"
	"credlease/internal/doctor"
	"credlease/provider"
)

// Check is credlease check.
type Check struct {
	Profile string `placeholder:"NAME" help:"Profile to load; what an SDK takes by itself if not given."`
	JSON    bool   `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*Check) Help() string {
	return `The profile is loaded as an SDK does it, and STS is asked who that is. The verdict is the exit code:

  0  valid        AWS knows the credentials
  2  expired      they have run out, or those have with which they are got
  3  invalid      AWS does not know them: wrong, deleted or revoked
  4  not-allowed  AWS refuses to give them
  5  clock-wrong  the clock is five minutes off, or more
  6  unreachable  AWS gave no answer, or none of use
  7  none-found   the profile, or what it names, gives no credentials

--json prints profile, verdict, cause, next (what to do), arn, account, accessKeyId, expiration, remainingSeconds, provider and clockAheadSeconds; what is not known is left out.`
}

// exitCodes are those of the verdicts. 1 stays that of other failures.
var exitCodes = map[provider.Verdict]int{
	provider.VerdictValid:       0,
	provider.VerdictExpired:     2,
	provider.VerdictInvalid:     3,
	provider.VerdictNotAllowed:  4,
	provider.VerdictClockWrong:  5,
	provider.VerdictUnreachable: 6,
	provider.VerdictNoneFound:   7,
}

// checked is the JSON of --json.
type checked struct {
	Profile           string           `json:"profile,omitempty"`
	Verdict           provider.Verdict `json:"verdict"`
	Cause             string           `json:"cause,omitempty"`
	Next              string           `json:"next,omitempty"`
	ARN               string           `json:"arn,omitempty"`
	Account           string           `json:"account,omitempty"`
	AccessKeyID       string           `json:"accessKeyId,omitempty"`
	Expiration        time.Time        `json:"expiration,omitzero"`
	RemainingSeconds  int              `json:"remainingSeconds,omitempty"`
	Provider          string           `json:"provider,omitempty"`
	ClockAheadSeconds int              `json:"clockAheadSeconds,omitempty"`
}

// checkLimit is that of a lease whose source may ask a human.
const checkLimit = 55 * time.Second

// Run says who the profile is. Its process is run in the environment that it has
// from an SDK, our own variables among it.
func (k *Check) Run(p *Process) error {
	until, leave, err := provider.EnterChain("", p.Started.Add(checkLimit))
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	trace, _ := p.trace() // What is wrong with it is told below, by open.
	found := provider.Check(trace.With(ctx), k.Profile, isTerminal(os.Stderr), p.waitForCheck)
	p.notice.end()
	next := k.next(found, p.open(cache.Options{}))
	if k.JSON {
		if err := printJSON(k.report(found, next)); err != nil || found.Verdict == provider.VerdictValid {
			return err
		}
		return result{code: exitCodes[found.Verdict]}
	}
	if found.Verdict == provider.VerdictValid {
		return k.describe(found)
	}
	if found.AccessKeyID == "" && doctor.RunsCredlease(found.Command) && found.Verdict != provider.VerdictNoneFound {
		next = "" // That run of ours has said it.
	}
	return result{
		error: errors.New(k.step() + ": " + verdictText(found) + ": " + found.Cause),
		code:  exitCodes[found.Verdict],
		hint:  next,
	}
}

// waitForCheck leaves the terminal to a process that may ask there: one that is
// not ours, and one of ours with an MFA device.
func (p *Process) waitForCheck(command string) {
	switch {
	case command == "":
		p.waitFor("AWS")
	case doctor.RunsCredlease(command) && !strings.Contains(command, "--mfa-"):
		p.waitFor("the profile's credential_process")
	}
}

func (k *Check) step() string {
	if k.Profile == "" {
		return "check"
	}
	return "check profile " + k.Profile
}

func verdictText(c provider.Checked) string {
	switch {
	case c.Verdict == provider.VerdictClockWrong && c.Skew != 0:
		return "the clock is " + aheadOrBehind(c.Skew)
	case c.Verdict == provider.VerdictClockWrong:
		return "the clock is wrong"
	case c.Verdict == provider.VerdictNotAllowed:
		return "not allowed"
	case c.Verdict == provider.VerdictNoneFound:
		return "no credentials were found"
	}
	return string(c.Verdict)
}

// aheadOrBehind says how the local clock stands to AWS's.
func aheadOrBehind(skew time.Duration) string {
	if skew < 0 {
		return short(-skew) + " ahead of AWS's"
	}
	return short(skew) + " behind AWS's"
}

// next says what to do about a verdict. A lease of ours that AWS no longer takes
// is to be forgotten: it looks alive to us.
func (k *Check) next(found provider.Checked, c *cache.Cache) string {
	switch found.Verdict {
	case provider.VerdictValid:
		return ""
	case provider.VerdictExpired, provider.VerdictInvalid, provider.VerdictNotAllowed:
		if found.AccessKeyID != "" {
			if label, ok := leaseOf(c, found); ok {
				return "AWS no longer takes this lease, run: credlease clear" + label
			}
		}
	}
	switch found.Verdict {
	case provider.VerdictExpired:
		return "log in again"
	case provider.VerdictInvalid:
		return "AWS does not know these access keys; put in others"
	case provider.VerdictNotAllowed:
		return hints[provider.ClassDenied]
	case provider.VerdictClockWrong:
		return hints[provider.ClassClock]
	case provider.VerdictUnreachable:
		return hints[provider.ClassUnreachable]
	}
	if k.Profile != "" {
		return "run: credlease doctor --profile " + k.Profile
	}
	return "run: credlease doctor"
}

// leaseOf reports whether the credentials are a lease of ours, and which one if it
// is in the keyring that we would use.
func leaseOf(c *cache.Cache, found provider.Checked) (string, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), keyringLimit)
	defer cancel()
	leases, _ := c.Leases(ctx) // Of a store that cannot be read we know nothing.
	for _, l := range leases {
		if l.Credentials.AccessKeyID == found.AccessKeyID {
			return " '" + l.Label + "'", true
		}
	}
	return "", doctor.RunsCredlease(found.Command)
}

func (k *Check) report(found provider.Checked, next string) checked {
	r := checked{
		Profile:           k.Profile,
		Verdict:           found.Verdict,
		Cause:             found.Cause,
		Next:              next,
		ARN:               found.ARN,
		Account:           found.Account,
		AccessKeyID:       found.AccessKeyID,
		Expiration:        found.Expiration,
		Provider:          found.Provider,
		ClockAheadSeconds: int(-found.Skew.Seconds()),
	}
	if !found.Expiration.IsZero() {
		r.RemainingSeconds = int(time.Until(found.Expiration).Seconds())
	}
	return r
}

func (k *Check) describe(found provider.Checked) error {
	expires := "never"
	if !found.Expiration.IsZero() {
		expires = found.Expiration.Local().Format(time.DateTime) + ", in " + short(time.Until(found.Expiration))
	}
	clock := ""
	if found.Skew != 0 {
		clock = aheadOrBehind(found.Skew)
	}
	return printFacts([][2]string{
		{"verdict", string(found.Verdict)},
		{"arn", found.ARN},
		{"account", found.Account},
		{"access key", found.AccessKeyID},
		{"expires", expires},
		{"provider", found.Provider},
		{"clock", clock},
	}, "")
}
