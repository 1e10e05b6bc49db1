package command

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"credlease/provider"

	"github.com/alecthomas/kong"
)

// AssumeRole is credlease assume-role.
type AssumeRole struct {
	RoleARN         provider.RoleARN `name:"role-arn" required:"" placeholder:"ARN" help:"Role to assume (RoleArn)."`
	RoleSessionName sessionName      `placeholder:"NAME" env:"AWS_ROLE_SESSION_NAME" help:"Name of the session in AWS's logs (RoleSessionName): 2 to 64 of a-z A-Z 0-9 _ + = , . @ -. If not given, credlease- and the login name."`
	DurationSeconds seconds          `placeholder:"TIME" help:"Lifetime to ask for (DurationSeconds): 900 to 43200 or as 1h; at most 1h where the source is a role's session itself. AWS gives 1h if not given."`
	Region          region           `placeholder:"REGION" help:"Region whose STS is asked. If not given, AWS_REGION, the source profile's, or the partition's own."`

	sourceFlags
	WebIdentityToken *provider.Token `placeholder:"TOKEN" group:"Source, one of:" help:"Identity provider's token (WebIdentityToken) for AssumeRoleWithWebIdentity, which is not signed: file:PATH, env:NAME or exec:PATH, up to 20,000 characters."`
	ProviderID       providerID      `placeholder:"HOST" group:"Source, one of:" help:"Its provider (ProviderId), where the token is an OAuth 2.0 access token and none of OpenID Connect: www.amazon.com or graph.facebook.com."`

	kong.Plugins // of mfa and session, those that the arguments need
	mfa          roleMFAFlags
	session      sessionFlags

	leaseFlags
}

// newAssumeRole has the flags that args need. Few command lines have the others,
// and all would pay for kong's reading of them, with a twentieth of a hit.
func newAssumeRole(args []string) *AssumeRole {
	a := &AssumeRole{}
	var mfa, session bool
	for _, arg := range args {
		name, _, _ := strings.Cut(arg, "=")
		switch {
		case !strings.HasPrefix(name, "-"), isUsual(name):
		case strings.HasPrefix(name, "--mfa-"), name == "--no-mfa-session":
			mfa = true
		default: // --help, for one
			mfa, session = true, true
		}
	}
	if mfa {
		a.Plugins = append(a.Plugins, &a.mfa)
	}
	if session {
		a.Plugins = append(a.Plugins, &a.session)
	}
	return a
}

// isUsual holds for the flags of AssumeRole's own fields.
func isUsual(name string) bool {
	switch name {
	case "--role-arn", "--role-session-name", "--duration-seconds", "--region",
		"--source-keys", "--source-profile", "--credential-source", "--web-identity-token", "--provider-id":
		return true
	}
	return isLeaseFlag(name)
}

// roleMFAFlags say how a role's source shows its MFA device.
type roleMFAFlags struct {
	mfaFlags
	MFASessionDuration seconds `name:"mfa-session-duration" placeholder:"TIME" group:"MFA:" help:"Lifetime of the session that a code buys for all roles of the source: 900 to 129600 or as 36h; AWS gives 12h if not given."`
	NoMFASession       bool    `name:"no-mfa-session" group:"MFA:" help:"Send a code with each request for a role, for roles that ask for a recent one. So it is without this flag where the role is to last more than an hour, which is all that AWS gives to a session."`
}

// sessionFlags decide what the session may do, and what AWS's logs say of it.
type sessionFlags struct {
	ExternalID              externalID                 `placeholder:"ID" group:"Session:" help:"External id that the role's trust policy asks for (ExternalId): 2 to 1,224 of a-z A-Z 0-9 _ + = , . @ : / -."`
	Policy                  *provider.Policy           `placeholder:"FILE" group:"Session:" help:"Session policy (Policy): a file with JSON of at most 2,048 characters. The session may do what both it and the role allow."`
	PolicyARN               []provider.PolicyARN       `name:"policy-arn" sep:"none" placeholder:"ARN" group:"Session:" help:"Managed policy to use as a session policy (PolicyArns), of AWS or the role's account. Up to 10 times."`
	Tag                     []provider.Tag             `sep:"none" placeholder:"KEY=VALUE" group:"Session:" help:"Session tag (Tags): a key of 1 to 128 and a value of 0 to 256 letters, digits, spaces and _ . : / = + - @. Up to 50 times."`
	TransitiveTagKey        []tagKey                   `sep:"none" placeholder:"KEY" group:"Session:" help:"Key of a --tag that the sessions assumed from this one have too (TransitiveTagKeys). Up to 50 times."`
	SourceIdentity          sourceIdentity             `placeholder:"NAME" group:"Session:" help:"Who asks, in AWS's logs of this session and all assumed from it (SourceIdentity): 2 to 64 of a-z A-Z 0-9 _ + = , . @ -."`
	ProvidedContext         []provider.ProvidedContext `sep:"none" placeholder:"ARN=TOKEN" group:"Session:" help:"Context provider and its assertion (ProvidedContexts); TOKEN is file:PATH, env:NAME or exec:PATH. Up to 5 times."`
	MinimumSessionTokenSize int                        `placeholder:"BYTES" group:"Session:" help:"Least size of the session token (MinimumSessionTokenSize), at most 4,096, to see whether programs take a larger one."`
}

func (f *sessionFlags) check(role provider.RoleARN) error {
	if err := provider.CheckPolicyARNs(role, f.PolicyARN); err != nil {
		return fmt.Errorf("--policy-arn: %w", err)
	}
	if err := provider.CheckTags(f.Tag, f.transitiveTagKeys()); err != nil {
		return fmt.Errorf("--tag: %w", err)
	}
	if err := provider.CheckProvidedContexts(f.ProvidedContext); err != nil {
		return fmt.Errorf("--provided-context: %w", err)
	}
	if n := f.MinimumSessionTokenSize; n < 0 || n > 4096 {
		return fmt.Errorf("--minimum-session-token-size: %d is not 0 to 4096", n)
	}
	return nil
}

// onlySigned returns the first flag given that only AssumeRole has, which is
// signed with a source's credentials.
func (f *sessionFlags) onlySigned() string {
	switch {
	case f.ExternalID != "":
		return "--external-id"
	case len(f.Tag) > 0:
		return "--tag"
	case f.SourceIdentity != "":
		return "--source-identity"
	case len(f.ProvidedContext) > 0:
		return "--provided-context"
	}
	return ""
}

func (f *sessionFlags) transitiveTagKeys() []string {
	var keys []string
	for _, key := range f.TransitiveTagKey {
		keys = append(keys, string(key))
	}
	return keys
}

// Help is shown by --help.
func (*AssumeRole) Help() string {
	return `Credentials are asked for with AssumeRole, or with AssumeRoleWithWebIdentity if
the source is an identity provider's token. With no source named, the environment's
access keys are used if they are set.

Examples, in the AWS config file:

  [profile deploy]
  credential_process = /home/me/.local/bin/credlease assume-role --role-arn arn:aws:iam::111122223333:role/Deploy --source-keys work
  region = eu-west-1

with an MFA device, whose code is asked for once for all roles of the source:

  [profile admin]
  credential_process = /home/me/.local/bin/credlease assume-role --role-arn arn:aws:iam::111122223333:role/Admin --source-keys work --mfa-serial arn:aws:iam::111122223333:mfa/me
  region = eu-west-1

from IAM Identity Center, from 'aws login' or by way of another role, by the profile that has it:

  [profile audit]
  credential_process = /home/me/.local/bin/credlease assume-role --role-arn arn:aws:iam::444455556666:role/Audit --source-profile sso --external-id 7f3a
  region = eu-west-1

with less than the role may do, and tags that its sessions are known by:

  [profile report]
  credential_process = /home/me/.local/bin/credlease assume-role --role-arn arn:aws:iam::111122223333:role/Report --source-keys work --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess --policy /home/me/.aws/report.json --tag team=blue --transitive-tag-key team --source-identity me --duration-seconds 12h
  region = eu-west-1

by an identity provider's token:

  [profile ci]
  credential_process = /home/me/.local/bin/credlease assume-role --role-arn arn:aws:iam::111122223333:role/Build --web-identity-token file:/run/secrets/token
  region = eu-west-1

A role whose source is a role's session itself lasts an hour at most, whatever
its own maximum is: AWS calls that role chaining. Roles of IAM Identity Center,
of containers and of instances are such sources.`
}

// Validate checks what no single flag shows. It runs before anything else does.
func (a *AssumeRole) Validate() error {
	if d := time.Duration(a.DurationSeconds); d != 0 && (d < 15*time.Minute || d > 12*time.Hour) {
		return fmt.Errorf("--duration-seconds: %d is not 900 to 43200", int(d.Seconds()))
	}
	if err := a.session.check(a.RoleARN); err != nil {
		return err
	}
	if err := a.mfa.check(); err != nil {
		return err
	}
	_, err := a.source()
	return err
}

func (a *AssumeRole) source() (provider.Source, error) {
	if a.WebIdentityToken == nil {
		s, err := a.sourceFlags.source()
		switch {
		case err != nil && !a.named():
			err = provider.ErrNoSource
		case err == nil && a.ProviderID != "":
			err = errors.New("--provider-id: it is the provider of a --web-identity-token")
		}
		return s, err
	}
	s := provider.Source{WebIdentityToken: a.WebIdentityToken}
	switch {
	case a.named():
		return s, errors.New("two sources: name only one of --source-keys, --source-profile, --credential-source and --web-identity-token")
	case a.mfa.MFASerial != "":
		return s, errors.New("--mfa-serial: AssumeRoleWithWebIdentity takes none")
	case a.session.onlySigned() != "":
		return s, fmt.Errorf("%s: AssumeRoleWithWebIdentity takes none", a.session.onlySigned())
	}
	return s, nil
}

// check holds the flags of the MFA session to what they can change.
func (f *roleMFAFlags) check() error {
	switch {
	case f.MFASerial == "" && f.MFASessionDuration != 0:
		return errors.New("--mfa-session-duration: it needs --mfa-serial")
	case f.MFASerial == "" && f.NoMFASession:
		return errors.New("--no-mfa-session: it needs --mfa-serial")
	case f.NoMFASession && f.MFASessionDuration != 0:
		return errors.New("--mfa-session-duration: --no-mfa-session leaves no session")
	}
	return checkSessionDuration("--mfa-session-duration", f.MFASessionDuration)
}

// Run prints the credentials.
func (a *AssumeRole) Run(p *Process) error {
	source, err := a.source()
	if err != nil {
		return err
	}
	return p.leaseWith(a.mfa.codes(), &provider.AssumeRole{
		RoleARN:                 a.RoleARN,
		SessionName:             a.RoleSessionName.orLogin(),
		Duration:                time.Duration(a.DurationSeconds),
		ExternalID:              string(a.session.ExternalID),
		ProviderID:              string(a.ProviderID),
		Policy:                  a.session.Policy,
		PolicyARNs:              a.session.PolicyARN,
		Tags:                    a.session.Tag,
		TransitiveTagKeys:       a.session.transitiveTagKeys(),
		SourceIdentity:          string(a.session.SourceIdentity),
		ProvidedContexts:        a.session.ProvidedContext,
		MinimumSessionTokenSize: a.session.MinimumSessionTokenSize,
		Region:                  string(a.Region),
		From:                    source,
		MFA: provider.MFA{
			Serial:          string(a.mfa.MFASerial),
			SessionDuration: time.Duration(a.mfa.MFASessionDuration),
			NoSession:       a.mfa.NoMFASession,
		},
	}, a.leaseFlags)
}
