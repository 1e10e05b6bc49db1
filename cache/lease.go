package cache

import (
	"time"

	"credlease/provider"
)

// A Lease is a set of temporary credentials with its times of issue and expiry.
type Lease struct {
	Key         provider.Key
	Label       string
	Credentials provider.Credentials
	Issued      time.Time     // by AWS's clock
	Skew        time.Duration // AWS's clock less the local one, at the mint
	Identity    provider.Secret
	Store       string // where it is kept, or "" if it is not
}

// printable is the remaining lifetime down to which a lease is handed out when
// it cannot be renewed.
const printable = 60 * time.Second

// mintInterval is how soon after a mint the next may follow, whatever the margin.
const mintInterval = 60 * time.Second

// Lifetime is the whole time between issue and expiry.
func (l Lease) Lifetime() time.Duration { return l.Credentials.Expiration.Sub(l.Issued) }

// Remaining is what is left of the lease. The clock that is ahead decides: the
// local one, or AWS's as it was measured at the mint.
func (l Lease) Remaining(now time.Time) time.Duration {
	if l.Skew > 0 {
		now = now.Add(l.Skew)
	}
	return l.Credentials.Expiration.Sub(now)
}

// Document returns the credentials as they are to be printed: where the local
// clock is behind AWS's, they expire that much earlier by it.
func (l Lease) Document() provider.Credentials {
	c := l.Credentials
	if l.Skew > 0 {
		c.Expiration = c.Expiration.Add(-l.Skew)
	}
	return c
}

// Margin is the remaining lifetime under which a lease is due. The numbers clear
// the windows in which the SDKs ask again, 16 minutes at most, with the process
// runs of one request to spare; for shorter leases, the 5 minutes that most have.
func Margin(lifetime time.Duration) time.Duration {
	switch {
	case lifetime >= 40*time.Minute:
		return 20 * time.Minute
	case lifetime >= 34*time.Minute:
		return 17 * time.Minute
	}
	return min(6*time.Minute, max(lifetime, 0)/2)
}

// fresh reports whether the lease is to be handed out without asking AWS.
func (l Lease) fresh(now time.Time, margin time.Duration) bool {
	remaining := l.Remaining(now)
	return remaining > margin || remaining > 0 && l.justMinted(now)
}

// justMinted keeps a margin that no lease can meet from minting at every run.
func (l Lease) justMinted(now time.Time) bool {
	age := now.Sub(l.minted())
	return age >= 0 && age < min(mintInterval, l.Lifetime()/2)
}

// usable reports whether the lease may be handed out if it cannot be renewed.
func (l Lease) usable(now time.Time) bool { return l.Remaining(now) >= printable }

// minted is the local time at which AWS answered.
func (l Lease) minted() time.Time { return l.Issued.Add(-l.Skew) }
