package command

import (
	"fmt"
	"time"

	"credlease/provider"
)

// SessionToken is credlease session-token.
type SessionToken struct {
	DurationSeconds seconds `placeholder:"TIME" help:"Lifetime to ask for (DurationSeconds): 900 to 129600 or as 36h; AWS gives 12h if not given. A session that is kept already is used whatever lifetime it was asked for with."`
	Region          region  `placeholder:"REGION" help:"Region whose STS is asked. If not given, AWS_REGION, the source profile's, or the partition's own."`

	sourceFlags
	mfaFlags
	leaseFlags
}

// Help is shown by --help.
func (*SessionToken) Help() string {
	return `Credentials of the source's own user, asked for with GetSessionToken. The source
must have access keys without an end: a session can buy no other. With no source
named, the environment's access keys are used if they are set.

Example, in the AWS config file:

  [profile work]
  credential_process = /home/me/.local/bin/credlease session-token --source-keys work --mfa-serial arn:aws:iam::111122223333:mfa/me
  region = eu-west-1

By hand, to type the code before the roles of the source need it:

  credlease session-token --source-keys work --mfa-serial arn:aws:iam::111122223333:mfa/me`
}

// Validate checks what no single flag shows.
func (s *SessionToken) Validate() error {
	if err := checkSessionDuration("--duration-seconds", s.DurationSeconds); err != nil {
		return err
	}
	_, err := s.source()
	return err
}

// checkSessionDuration holds a time to GetSessionToken's DurationSeconds.
func checkSessionDuration(flag string, s seconds) error {
	if d := time.Duration(s); d != 0 && (d < 15*time.Minute || d > 36*time.Hour) {
		return fmt.Errorf("%s: %d is not 900 to 129600", flag, int(d.Seconds()))
	}
	return nil
}

// Run prints the credentials.
func (s *SessionToken) Run(p *Process) error {
	source, err := s.source()
	if err != nil {
		return err
	}
	return p.leaseWith(s.codes(), &provider.SessionToken{
		From:     source,
		Serial:   string(s.MFASerial),
		Duration: time.Duration(s.DurationSeconds),
		Region:   string(s.Region),
	}, s.leaseFlags)
}
