package command

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"credlease/cache"
	"credlease/internal/awsconfig"
	"credlease/internal/deadline"
	"credlease/provider"
)

// seconds is a time as the STS API spells it, 3600, or as people do, 1h.
type seconds time.Duration

func (s *seconds) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if n, numberErr := strconv.Atoi(string(text)); numberErr == nil {
		d, err = time.Duration(n)*time.Second, nil
	}
	if err != nil || d <= 0 || d%time.Second != 0 {
		return fmt.Errorf("time %q is neither whole seconds, such as 3600, nor like 1h or 30m", text)
	}
	*s = seconds(d)
	return nil
}

// accountID is the 12 digits of an AWS account.
type accountID string

func (a *accountID) UnmarshalText(text []byte) error {
	id, err := provider.ParseAccountID(string(text))
	*a = accountID(id)
	return err
}

// sessionName is a RoleSessionName.
type sessionName string

func (n *sessionName) UnmarshalText(text []byte) error {
	name, err := provider.ParseSessionName(string(text))
	*n = sessionName(name)
	return err
}

// orLogin is the name, or one made of the user's.
func (n sessionName) orLogin() string {
	if n == "" {
		return provider.SessionName(login())
	}
	return string(n)
}

// loginLimit is for a directory service, which may be asked who the user is.
const loginLimit = 2 * time.Second

// login is the name that the user logged in with.
func login() string {
	ctx, cancel := context.WithTimeout(context.Background(), loginLimit)
	defer cancel()
	if account, err := deadline.Do(ctx, user.Current); err == nil {
		// On Windows the name is DOMAIN\NAME.
		return account.Username[strings.LastIndexByte(account.Username, '\\')+1:]
	}
	return os.Getenv("USER")
}

// externalID is an ExternalId.
type externalID string

func (e *externalID) UnmarshalText(text []byte) error {
	id, err := provider.ParseExternalID(string(text))
	*e = externalID(id)
	return err
}

// tagKey is the key of a session tag.
type tagKey string

func (k *tagKey) UnmarshalText(text []byte) error {
	key, err := provider.ParseTagKey(string(text))
	*k = tagKey(key)
	return err
}

// sourceIdentity is a SourceIdentity.
type sourceIdentity string

func (s *sourceIdentity) UnmarshalText(text []byte) error {
	name, err := provider.ParseSourceIdentity(string(text))
	*s = sourceIdentity(name)
	return err
}

// providerID is a ProviderId.
type providerID string

func (p *providerID) UnmarshalText(text []byte) error {
	id, err := provider.ParseProviderID(string(text))
	*p = providerID(id)
	return err
}

// developerProvider is the name of a pool's developer provider.
type developerProvider string

func (p *developerProvider) UnmarshalText(text []byte) error {
	name, err := provider.ParseDeveloperProvider(string(text))
	*p = developerProvider(name)
	return err
}

// developerUser is a user of it.
type developerUser string

func (u *developerUser) UnmarshalText(text []byte) error {
	user, err := provider.ParseDeveloperUser(string(text))
	*u = developerUser(user)
	return err
}

// mfaSerial is the SerialNumber of an MFA device.
type mfaSerial string

func (m *mfaSerial) UnmarshalText(text []byte) error {
	serial, err := provider.ParseSerial(string(text))
	*m = mfaSerial(serial)
	return err
}

// program is the absolute path of an executable: a config line cannot carry
// quotes to every SDK.
type program string

func (p *program) UnmarshalText(text []byte) error {
	path := string(text)
	if !filepath.IsAbs(path) || strings.ContainsAny(path, " \t") {
		return fmt.Errorf("program %q is not one absolute path without arguments or spaces", path)
	}
	*p = program(path)
	return nil
}

// identityID is a Cognito identity id, which is hidden from the moment it is read.
type identityID struct{ provider.Secret }

func (i *identityID) UnmarshalText(text []byte) (err error) {
	i.Secret, err = provider.ParseIdentityID(string(text))
	return err
}

// keysName is the name of kept access keys.
type keysName string

func (n *keysName) UnmarshalText(text []byte) error {
	name, err := cache.ParseKeysName(string(text))
	*n = keysName(name)
	return err
}

// region is the name of an AWS region.
type region string

func (r *region) UnmarshalText(text []byte) error {
	name, err := provider.ParseRegion(string(text))
	*r = region(name)
	return err
}

// profileName is the name of a profile that every SDK takes.
type profileName string

func (n *profileName) UnmarshalText(text []byte) error {
	name, err := awsconfig.ParseName(string(text))
	*n = profileName(name)
	return err
}
