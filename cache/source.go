package cache

import (
	"context"
	"errors"
	"time"

	"credlease/provider"
)

// sourced is a request that is made with the lease of another, such as a role's
// with that of an MFA session.
type sourced interface {
	Source() provider.Request
}

func sourceOf(request provider.Request) provider.Request {
	if r, ok := request.(sourced); ok {
		return r.Source()
	}
	return nil
}

// sourceMargin is the margin of a lease that no SDK is handed.
const sourceMargin = 60 * time.Second

// asSource is the cache for the leases that others are minted with. A refresh is
// of what was asked for, or it would ask a human every time.
func (c *Cache) asSource() *Cache {
	s := *c
	s.Margin, s.Refresh = sourceMargin, false
	return &s
}

// credentials returns those that a request is to be minted with, where it does
// not find its own, and the lease that they are from, if they are.
func (c *Cache) credentials(ctx context.Context, request provider.Request) (provider.Credentials, Lease, error) {
	if source := sourceOf(request); source != nil {
		leased, err := c.asSource().Lease(ctx, source)
		return leased.Credentials, leased, err
	}
	if name := request.KeptKeys(); name != "" {
		keys, err := c.KeptKeys(ctx, name)
		return keys, Lease{}, err
	}
	return provider.Credentials{}, Lease{}, nil
}

// recently is how new an MFA session is to a role that asks for a recent code,
// by IAM's own example of aws:MultiFactorAuthAge.
const recently = 5 * time.Minute

// blameSource tells a refusal that a new source would change from the others. A
// source that AWS knows no more is dropped.
func (c *Cache) blameSource(ctx context.Context, source Lease, err error) {
	var failure *provider.Failure
	if source.Key == "" || !errors.As(err, &failure) {
		return
	}
	switch {
	case failure.Class == provider.ClassDenied && time.Since(source.minted()) > recently:
		failure.Class = provider.ClassOldSession
	case failure.Class == provider.ClassSourceInvalid, failure.Class == provider.ClassSourceExpired:
		for _, s := range c.stores.all {
			_ = s.remove(ctx, itemName(leaseKind, source.Key)) // What stays is found again, and fails again.
		}
	}
}

// asking is a request that may ask a human for a code itself.
type asking interface {
	Asks(context.Context) bool
}

func asks(ctx context.Context, request provider.Request) bool {
	r, ok := request.(asking)
	return ok && r.Asks(ctx)
}
