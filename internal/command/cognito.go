package command

import (
	"fmt"

	"credlease/provider"
)

// Cognito is credlease cognito.
type Cognito struct {
	IdentityPoolID provider.PoolID  `name:"identity-pool-id" required:"" placeholder:"ID" help:"Identity pool to ask, REGION:GUID."`
	IdentityID     identityID       `placeholder:"ID" help:"Identity to be, where it is not to be AWS's choice."`
	Login          []provider.Login `sep:"none" placeholder:"PROVIDER=TOKEN" help:"Login at an identity provider, as a guest if none is given. TOKEN is file:PATH, env:NAME or exec:PATH. Can be given several times."`

	leaseFlags
}

// Help is shown by --help.
func (*Cognito) Help() string {
	return `Examples, in the AWS config file:

  [profile guest]
  credential_process = /home/me/.local/bin/credlease cognito --identity-pool-id eu-west-1:12345678-90ab-cdef-1234-567890abcdef
  region = eu-west-1

  [profile user]
  credential_process = /home/me/.local/bin/credlease cognito --identity-pool-id eu-west-1:12345678-90ab-cdef-1234-567890abcdef --login accounts.google.com=file:/home/me/.google-token
  region = eu-west-1`
}

// Validate refuses two logins at one provider: the API takes one of each.
func (c *Cognito) Validate() error {
	seen := map[string]bool{}
	for _, login := range c.Login {
		if seen[login.Provider] {
			return fmt.Errorf("--login: two for %s", login.Provider)
		}
		seen[login.Provider] = true
	}
	return nil
}

// Run prints the credentials.
func (c *Cognito) Run(p *Process) error {
	return p.lease(&provider.Cognito{
		Pool:     c.IdentityPoolID,
		Identity: c.IdentityID.Secret,
		Logins:   c.Login,
	}, c.leaseFlags)
}
