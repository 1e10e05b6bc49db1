package command

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strings"
	"time"

	"credlease/provider"
)

// AssumeRole is credlease assume-role.
type AssumeRole struct {
	RoleARN          provider.RoleARN `name:"role-arn" required:"" placeholder:"ARN" help:"Role to assume."`
	RoleSessionName  sessionName      `placeholder:"NAME" env:"AWS_ROLE_SESSION_NAME" help:"Name of the session in AWS's logs; credlease- and the login name if not given."`
	DurationSeconds  seconds          `placeholder:"TIME" help:"Lifetime to ask for, 900 to 43200 or as 1h; AWS gives an hour if not given."`
	ExternalID       externalID       `placeholder:"ID" help:"External id that the role's trust policy asks for."`
	Region           region           `placeholder:"REGION" help:"Region whose STS is asked; AWS_REGION, the source profile's, or the partition's own if not given."`
	SourceKeys       keysName         `placeholder:"NAME" group:"Source, one of:" help:"Access keys that 'keys add' keeps."`
	SourceProfile    string           `placeholder:"NAME" group:"Source, one of:" help:"Profile of the AWS config files."`
	CredentialSource string           `placeholder:"WORD" group:"Source, one of:" help:"Environment, EcsContainer or Ec2InstanceMetadata."`
	WebIdentityToken *provider.Token  `placeholder:"TOKEN" group:"Source, one of:" help:"Identity provider's token: file:PATH, env:NAME or exec:PATH."`

	leaseFlags
}

// Help is shown by --help.
func (*AssumeRole) Help() string {
	return `Example, in the AWS config file:

  [profile deploy]
  credential_process = /home/me/.local/bin/credlease assume-role --role-arn arn:aws:iam::111122223333:role/Deploy --source-keys work

With no source named, the environment's access keys are used if they are set.`
}

// Validate checks what no single flag shows. It runs before anything else does.
func (a *AssumeRole) Validate() error {
	if d := time.Duration(a.DurationSeconds); d != 0 && (d < 15*time.Minute || d > 12*time.Hour) {
		return fmt.Errorf("--duration-seconds: %d is not 900 to 43200", int(d.Seconds()))
	}
	_, err := a.source()
	return err
}

func (a *AssumeRole) source() (provider.Source, error) {
	s := provider.Source{
		Keys:             string(a.SourceKeys),
		Profile:          a.SourceProfile,
		CredentialSource: a.CredentialSource,
		WebIdentityToken: a.WebIdentityToken,
	}
	named := 0
	for _, is := range []bool{s.Keys != "", s.Profile != "", s.CredentialSource != "", s.WebIdentityToken != nil} {
		if is {
			named++
		}
	}
	switch {
	case named > 1:
		return s, errors.New("two sources: name only one of --source-keys, --source-profile, --credential-source and --web-identity-token")
	case named == 0 && !provider.EnvironmentHasKeys():
		return s, provider.ErrNoSource
	case named == 0:
		s.CredentialSource = provider.SourceEnvironment
	case s.WebIdentityToken != nil && a.ExternalID != "":
		return s, errors.New("--external-id: AssumeRoleWithWebIdentity takes none")
	}
	switch s.CredentialSource {
	case "", provider.SourceEnvironment, provider.SourceContainer, provider.SourceInstance:
		return s, nil
	}
	return s, fmt.Errorf("--credential-source: %q is none of Environment, EcsContainer and Ec2InstanceMetadata", s.CredentialSource)
}

// Run prints the credentials.
func (a *AssumeRole) Run(p *Process) error {
	source, err := a.source()
	if err != nil {
		return err
	}
	name := string(a.RoleSessionName)
	if name == "" {
		name = provider.SessionName(login())
	}
	return p.lease(&provider.AssumeRole{
		RoleARN:     a.RoleARN,
		SessionName: name,
		Duration:    time.Duration(a.DurationSeconds),
		ExternalID:  string(a.ExternalID),
		Region:      string(a.Region),
		From:        source,
	}, a.leaseFlags)
}

// login is the name that the user logged in with.
func login() string {
	if account, err := user.Current(); err == nil {
		// On Windows the name is DOMAIN\NAME.
		return account.Username[strings.LastIndexByte(account.Username, '\\')+1:]
	}
	return os.Getenv("USER")
}
