package command

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"credlease/provider"

	"github.com/alecthomas/kong"
)

// Cognito is credlease cognito.
type Cognito struct {
	IdentityPoolID provider.PoolID   `name:"identity-pool-id" required:"" placeholder:"ID" help:"Identity pool to ask (IdentityPoolId), REGION:GUID."`
	IdentityID     identityID        `placeholder:"ID" help:"Identity to be (IdentityId), REGION:GUID, where it is not to be AWS's choice."`
	Login          []provider.Login  `sep:"none" placeholder:"PROVIDER=TOKEN" help:"Login at an identity provider (Logins), a guest if none is given. TOKEN is file:PATH, env:NAME or exec:PATH. Can be given several times, up to 10: AWS links them to one identity."`
	CustomRoleARN  *provider.RoleARN `name:"custom-role-arn" placeholder:"ARN" help:"Role to get (CustomRoleArn), one of those that a --login's token names; the pool's choice if not given."`
	ShowIdentityID bool              `help:"Print the identity id in full, for a human: it is a secret, since a guest's is enough to be that guest. No SDK can read what is printed."`

	kong.Plugins // of classic and developer, if the arguments need them
	classic      classicFlags
	developer    developerFlags

	leaseFlags
}

// newCognito has the flags that args need, as newAssumeRole does.
func newCognito(args []string) *Cognito {
	c := &Cognito{}
	if slices.ContainsFunc(args, func(arg string) bool {
		name, _, _ := strings.Cut(arg, "=")
		switch name {
		case "--identity-pool-id", "--identity-id", "--login", "--custom-role-arn", "--show-identity-id":
			return false
		}
		return strings.HasPrefix(name, "-") && !isLeaseFlag(name) // --help, for one
	}) {
		c.Plugins = kong.Plugins{&c.classic, &c.developer}
	}
	return c
}

// classicFlags are those of the flow that ends in AssumeRoleWithWebIdentity.
type classicFlags struct {
	Classic                 bool                 `group:"Classic flow:" help:"Ask by the classic flow, which the pool's settings must allow: GetOpenIdToken, then AssumeRoleWithWebIdentity for --role-arn."`
	RoleARN                 *provider.RoleARN    `name:"role-arn" placeholder:"ARN" group:"Classic flow:" help:"Role to assume (RoleArn); it must trust the pool."`
	RoleSessionName         sessionName          `placeholder:"NAME" group:"Classic flow:" help:"Name of the session in AWS's logs (RoleSessionName): 2 to 64 of a-z A-Z 0-9 _ + = , . @ -. If not given, $AWS_ROLE_SESSION_NAME, or credlease- and the login name."`
	DurationSeconds         seconds              `placeholder:"TIME" group:"Classic flow:" help:"Lifetime to ask for (DurationSeconds): 900 to 43200 or as 1h, at most what the role allows. AWS gives 1h if not given."`
	Policy                  *provider.Policy     `placeholder:"FILE" group:"Classic flow:" help:"Session policy (Policy): a file with JSON of at most 2,048 characters. The session may do what both it and the role allow."`
	PolicyARN               []provider.PolicyARN `name:"policy-arn" sep:"none" placeholder:"ARN" group:"Classic flow:" help:"Managed policy to use as a session policy (PolicyArns), of AWS or the role's account. Up to 10 times."`
	MinimumSessionTokenSize int                  `placeholder:"BYTES" group:"Classic flow:" help:"Least size of the session token (MinimumSessionTokenSize), at most 4,096, to see whether programs take a larger one."`
}

// given names a flag that is for the classic flow, if one is given.
func (f *classicFlags) given() string {
	for _, flag := range []struct {
		name  string
		given bool
	}{
		{"--role-arn", f.RoleARN != nil},
		{"--role-session-name", f.RoleSessionName != ""},
		{"--duration-seconds", f.DurationSeconds != 0},
		{"--policy", f.Policy != nil},
		{"--policy-arn", len(f.PolicyARN) > 0},
		{"--minimum-session-token-size", f.MinimumSessionTokenSize != 0},
	} {
		if flag.given {
			return flag.name
		}
	}
	return ""
}

// developerFlags are those of GetOpenIdTokenForDeveloperIdentity.
type developerFlags struct {
	DeveloperProvider developerProvider       `placeholder:"NAME" group:"Developer identity:" help:"The pool's developer provider (a key of Logins): 1 to 128 of a-z A-Z 0-9 . _ -. Asked by GetOpenIdTokenForDeveloperIdentity, which the source signs."`
	DeveloperUser     developerUser           `placeholder:"ID" group:"Developer identity:" help:"User of it to be (its value): 1 to 1,024 characters. Each --login is linked to the same identity, which is --identity-id if that is given."`
	PrincipalTag      []provider.PrincipalTag `sep:"none" placeholder:"KEY=VALUE" group:"Developer identity:" help:"Tag of the user's sessions (PrincipalTags): a key of 1 to 128 and a value of 1 to 256 characters. Up to 50 times."`
	TokenDuration     seconds                 `placeholder:"TIME" group:"Developer identity:" help:"How long the token is good that is exchanged for credentials (TokenDuration): 1 to 86400 or as 5m. AWS gives 15m if not given."`

	sourceFlags
}

// Help is shown by --help.
func (*Cognito) Help() string {
	return `Credentials come by the enhanced flow, GetId and GetCredentialsForIdentity, for an
hour and the role that the pool has for the identity; or with --classic, for any
role that trusts the pool. The identity id is kept, so that a guest stays the same
guest.

Examples, in the AWS config file:

  [profile guest]
  credential_process = /home/me/.local/bin/credlease cognito --identity-pool-id eu-west-1:12345678-90ab-cdef-1234-567890abcdef
  region = eu-west-1

  [profile user]
  credential_process = /home/me/.local/bin/credlease cognito --identity-pool-id eu-west-1:12345678-90ab-cdef-1234-567890abcdef --login accounts.google.com=file:/home/me/.google-token
  region = eu-west-1

a role of those that a user pool's groups give:

  [profile writer]
  credential_process = /home/me/.local/bin/credlease cognito --identity-pool-id eu-west-1:12345678-90ab-cdef-1234-567890abcdef --login cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI=exec:/home/me/bin/id-token --custom-role-arn arn:aws:iam::111122223333:role/Writer
  region = eu-west-1

the classic flow, for longer and for less than the role allows:

  [profile upload]
  credential_process = /home/me/.local/bin/credlease cognito --identity-pool-id eu-west-1:12345678-90ab-cdef-1234-567890abcdef --classic --role-arn arn:aws:iam::111122223333:role/Upload --duration-seconds 4h --policy /home/me/.aws/upload.json
  region = eu-west-1

a user of the pool's developer provider, for whom your own keys sign:

  [profile ann]
  credential_process = /home/me/.local/bin/credlease cognito --identity-pool-id eu-west-1:12345678-90ab-cdef-1234-567890abcdef --developer-provider login.example.com --developer-user ann --source-keys work
  region = eu-west-1

or for whom a backend has signed, whose token a program fetches:

  [profile app]
  credential_process = /home/me/.local/bin/credlease cognito --identity-pool-id eu-west-1:12345678-90ab-cdef-1234-567890abcdef --login cognito-identity.amazonaws.com=exec:/home/me/bin/backend-token
  region = eu-west-1

By hand, to see which identity that is:

  credlease cognito --identity-pool-id eu-west-1:12345678-90ab-cdef-1234-567890abcdef --show-identity-id`
}

// Validate checks what no single flag shows. It runs before anything else does.
func (c *Cognito) Validate() error {
	switch {
	case c.ShowIdentityID && c.ShowSecrets:
		return errors.New("--show-identity-id: it prints no document, which --show-secrets asks for")
	case !c.IdentityID.Empty() && !c.IdentityPoolID.MayHold(c.IdentityID.Secret):
		return errors.New("--identity-id: it is of another region than the pool")
	}
	for _, check := range []func() error{c.checkLogins, c.checkCustomRole, c.checkClassic, c.checkDeveloper} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// checkLogins holds the logins to the API's Logins: ten, and one of each provider.
func (c *Cognito) checkLogins() error {
	logins, seen := len(c.Login), map[string]bool{}
	if c.developer.DeveloperProvider != "" {
		logins++
		seen[string(c.developer.DeveloperProvider)] = true
	}
	for _, login := range c.Login {
		if seen[login.Provider] {
			return fmt.Errorf("--login: two for %s", login.Provider)
		}
		seen[login.Provider] = true
	}
	if logins > 10 {
		return fmt.Errorf("--login: %d logins, and an identity may have 10", logins)
	}
	return nil
}

func (c *Cognito) checkCustomRole() error {
	switch {
	case c.CustomRoleARN == nil:
		return nil
	case c.classic.Classic:
		return errors.New("--custom-role-arn: the role of the classic flow is --role-arn")
	case c.developer.DeveloperProvider != "":
		return errors.New("--custom-role-arn: a developer's user has no token that names roles; see --classic")
	case len(c.Login) == 0:
		return errors.New("--custom-role-arn: it chooses among the roles of a --login's token")
	}
	return c.checkPartition("--custom-role-arn", *c.CustomRoleARN)
}

func (c *Cognito) checkClassic() error {
	d := time.Duration(c.classic.DurationSeconds)
	switch {
	case !c.classic.Classic && c.classic.given() != "":
		return fmt.Errorf("%s: it is for --classic; by the enhanced flow the role is the pool's choice or --custom-role-arn, for an hour", c.classic.given())
	case !c.classic.Classic:
		return nil
	case c.classic.RoleARN == nil:
		return errors.New("--classic: name the role with --role-arn")
	case d != 0 && (d < 15*time.Minute || d > 12*time.Hour):
		return fmt.Errorf("--duration-seconds: %d is not 900 to 43200", int(d.Seconds()))
	}
	// The flags are those of a role's session, and so are their limits.
	session := sessionFlags{PolicyARN: c.classic.PolicyARN, MinimumSessionTokenSize: c.classic.MinimumSessionTokenSize}
	if err := session.check(*c.classic.RoleARN); err != nil {
		return err
	}
	if c.classic.RoleSessionName == "" {
		name := os.Getenv("AWS_ROLE_SESSION_NAME")
		if err := c.classic.RoleSessionName.UnmarshalText([]byte(name)); name != "" && err != nil {
			return fmt.Errorf("AWS_ROLE_SESSION_NAME: %w", err)
		}
	}
	return c.checkPartition("--role-arn", *c.classic.RoleARN)
}

func (c *Cognito) checkPartition(flag string, role provider.RoleARN) error {
	if partition := c.IdentityPoolID.Partition(); role.Partition != partition {
		return fmt.Errorf("%s: the role is of the partition %s and the pool of %s", flag, role.Partition, partition)
	}
	return nil
}

func (c *Cognito) checkDeveloper() error {
	d := time.Duration(c.developer.TokenDuration)
	switch {
	case (c.developer.DeveloperProvider == "") != (c.developer.DeveloperUser == ""):
		return errors.New("--developer-provider and --developer-user go together")
	case c.developer.DeveloperProvider == "" && len(c.developer.PrincipalTag) > 0:
		return errors.New("--principal-tag: it is for --developer-user")
	case c.developer.DeveloperProvider == "" && d != 0:
		return errors.New("--token-duration: it is for --developer-user")
	case c.developer.DeveloperProvider == "" && c.developer.named():
		return errors.New("a source: nothing is signed but for --developer-user")
	case c.developer.DeveloperProvider == "":
		return nil
	case d > 24*time.Hour:
		return fmt.Errorf("--token-duration: %d is not 1 to 86400", int(d.Seconds()))
	case len(c.developer.PrincipalTag) > 50:
		return errors.New("--principal-tag: a user may have 50")
	}
	seen := map[string]bool{}
	for _, tag := range c.developer.PrincipalTag {
		if seen[tag.Key] {
			return fmt.Errorf("--principal-tag: two for %s", tag.Key)
		}
		seen[tag.Key] = true
	}
	_, err := c.developer.source()
	return err
}

// Run prints the credentials.
func (c *Cognito) Run(p *Process) error {
	request := &provider.Cognito{
		Pool:     c.IdentityPoolID,
		Identity: c.IdentityID.Secret,
		Logins:   c.Login,
	}
	if c.CustomRoleARN != nil {
		request.CustomRole = *c.CustomRoleARN
	}
	if c.classic.Classic {
		request.Classic = &provider.AssumeRole{
			RoleARN:                 *c.classic.RoleARN,
			SessionName:             c.classic.RoleSessionName.orLogin(),
			Duration:                time.Duration(c.classic.DurationSeconds),
			Policy:                  c.classic.Policy,
			PolicyARNs:              c.classic.PolicyARN,
			MinimumSessionTokenSize: c.classic.MinimumSessionTokenSize,
			// STS is asked where the pool is.
			Region: c.IdentityPoolID.Region,
		}
	}
	if c.developer.DeveloperProvider != "" {
		source, err := c.developer.source()
		if err != nil {
			return err
		}
		request.From = source
		request.Developer = &provider.Developer{
			Provider:      string(c.developer.DeveloperProvider),
			User:          string(c.developer.DeveloperUser),
			PrincipalTags: c.developer.PrincipalTag,
			TokenDuration: time.Duration(c.developer.TokenDuration),
		}
	}
	c.leaseFlags.showIdentity = c.ShowIdentityID
	return p.lease(request, c.leaseFlags)
}
