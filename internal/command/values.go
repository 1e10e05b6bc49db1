package command

import (
	"fmt"
	"strconv"
	"time"

	"credlease/cache"
	"credlease/internal/awsconfig"
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

// externalID is an ExternalId.
type externalID string

func (e *externalID) UnmarshalText(text []byte) error {
	id, err := provider.ParseExternalID(string(text))
	*e = externalID(id)
	return err
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
