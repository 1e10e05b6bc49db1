package command

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"credlease/cache"
	"credlease/internal/deadline"
	"credlease/provider"
)

// leaseFlags are those of every command that prints credentials.
type leaseFlags struct {
	Margin       seconds   `help:"Renew when less than this is left, in seconds or as 10m. By the lifetime if not given: 20m of an hour." placeholder:"TIME"`
	Refresh      bool      `help:"Ask AWS now, and keep what it gives."`
	NoCache      bool      `help:"Ask AWS, and neither read nor keep a lease." env:"CREDLEASE_NO_CACHE"`
	AccountID    accountID `help:"Account to print in the document, where it is not certain." placeholder:"ID"`
	NoAccountID  bool      `help:"Print no account in the document, so that DynamoDB is called at its regional host."`
	ShowSecrets  bool      `help:"Print the document even if stdout is a terminal."`
	showIdentity bool
}

// isLeaseFlag holds for those and for what every command has.
func isLeaseFlag(name string) bool {
	switch name {
	case "--margin", "--refresh", "--no-cache", "--account-id", "--no-account-id", "--show-secrets", "--backend":
		return true
	}
	return false
}

// lease answers a request and prints what it got. A human is asked for codes.
func (p *Process) lease(request provider.Request, f leaseFlags) error {
	return p.leaseWith("", request, f)
}

func (p *Process) leaseWith(codes codeSource, request provider.Request, f leaseFlags) error {
	c := p.open(cache.Options{Margin: time.Duration(f.Margin), Refresh: f.Refresh, NoCache: f.NoCache, Code: codes.ask})
	until := p.Started.Add(cache.Budget(request))
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	// Nothing in there is known to hang, which is what a last bound is for.
	last, cancelLast := context.WithDeadline(context.Background(), until.Add(grace))
	defer cancelLast()
	leased, err := deadline.Do(last, func() (cache.Lease, error) { return c.Lease(ctx, request) })
	p.notice.end()
	if err != nil {
		return err
	}
	credentials := leased.Document()
	switch {
	case f.NoAccountID:
		credentials.AccountID = ""
	case f.AccountID != "":
		credentials.AccountID = string(f.AccountID)
	}
	document, err := credentials.Encode()
	if err != nil {
		return fmt.Errorf("encode the document: %w", err)
	}
	if f.showIdentity {
		return describe(leased, credentials, provider.IdentityText(leased.Identity))
	}
	if isTerminal(os.Stdout) && !f.ShowSecrets {
		return describe(leased, credentials, leased.Identity.Tail())
	}
	if len(document) > largeDocument {
		c.Report(fmt.Sprintf("the document of %s has %d bytes; aws-sdk-go v1 reads %d", leased.Label, len(document), largeDocument))
	}
	_, err = os.Stdout.Write(document)
	return err
}

const (
	// grace is for what is done after the answer: keeping it.
	grace = 8 * time.Second
	// largeDocument is the size above which aws-sdk-go v1 reads no document.
	largeDocument = 8191
)

// describe is for a human at a terminal, whom the secrets would not help.
func describe(leased cache.Lease, c provider.Credentials, identity string) error {
	store := leased.Store
	if store == "" {
		store = "not kept"
	}
	if leased.Identity.Empty() {
		identity = ""
	}
	return printFacts([][2]string{
		{"lease", leased.Label},
		{"access key", c.AccessKeyID},
		{"secret key", fmt.Sprint(c.SecretAccessKey)},
		{"session token", fmt.Sprint(c.SessionToken)},
		{"expires", c.Expiration.Local().Format(time.DateTime) + ", in " + short(leased.Remaining(time.Now()))},
		{"account", c.AccountID},
		{"identity", identity},
		{"store", store},
	}, "\nThis is not what an SDK reads; --show-secrets prints that.\n")
}

// short writes a time as people say it: 3d 2h, 12h 5m, 59m, 40s.
func short(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd %dh", int(d.Hours())/24, int(d.Hours())%24)
	case d < 0:
		return "0s"
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + "s"
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + "m"
	}
	return fmt.Sprintf("%dh %dm", int(d.Hours()), int(d.Minutes())%60)
}
