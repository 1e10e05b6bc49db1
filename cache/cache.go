// Package cache keeps leases in the operating system's keyring, so that the
// processes of a machine share them and each is minted once.
//
// [Cache.Lease] is the whole tool: everything else here serves it.
package cache

import (
	"context"
	"errors"
	"fmt"
	"time"

	"credlease/internal/deadline"
	"credlease/internal/trace"
	"credlease/provider"
)

// A Cache answers requests for leases from the stores of the machine. It serves
// one process; what processes share is in the stores and in two folders.
type Cache struct {
	Options
	stores  *stores
	runtime runtimeFolder
	journal journal
	events  events
}

// Options are what the caller of credlease decides. None of them is part of the
// key of a request.
type Options struct {
	Started  time.Time     // when the process did: budgets count from here
	Backend  string        // one of [Backends], or "auto"
	Margin   time.Duration // 0 leaves it to [Margin]
	Refresh  bool          // mint even if a lease is fresh
	NoCache  bool          // neither read leases nor keep them
	Terminal bool          // a human reads stderr
	ByHand   bool          // a human runs this command, and no SDK waits for it
	// Waiting is told what is waited for from now on, by a human too.
	Waiting func(what string)
	// Warn is told, a line each, what went wrong without stopping anything.
	Warn func(string)
	// Code asks a human, or a program in his place, for the code of an MFA device.
	Code func(context.Context, provider.Question) (provider.Secret, error)
	// Passphrase asks a human for the passphrase of the file backend.
	Passphrase func() (string, error)
	// Trace is told of every step, if it is not nil.
	Trace *trace.Trace
}

// New opens nothing yet.
func New(options Options) *Cache {
	c := &Cache{Options: options, journal: openJournal(), events: events{options.Trace}}
	c.stores = newStores(options)
	c.runtime = openRuntimeFolder()
	return c
}

// The time that a whole run may take, lock wait included.
const (
	budget      = 20 * time.Second
	humanBudget = 55 * time.Second // if a human may be asked
	spareBudget = 4 * time.Second  // of a mint that can as well be made later
)

// Budget is the time that answering a request may take.
func Budget(request provider.Request) time.Duration {
	if request.Runs() {
		return humanBudget
	}
	return budget
}

// Lease answers a request from the keyring or, if what is kept there is due, from
// AWS: request, key, hit? lock, mint, keep.
//
// The error is a *[provider.Failure], a *[HeldError], or [ErrNoKeys], [ErrLocked],
// [ErrNoStore] or a *[SilentError] for a source whose keys are not to be had.
func (c *Cache) Lease(ctx context.Context, request provider.Request) (leased Lease, err error) {
	defer func() {
		if err != nil {
			c.journal.failed(request.Label(), err)
			c.events.failed(err)
			return
		}
		c.events.answered(leased)
	}()
	key, err := keyOf(ctx, request)
	if err != nil {
		return Lease{}, err
	}
	c.events.began(request, key)
	until, leave, err := provider.EnterChain(key, c.Started.Add(Budget(request)))
	if err != nil {
		return Lease{}, err
	}
	defer leave()
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	if c.NoCache {
		return c.mint(ctx, key, request, Lease{})
	}

	var held *lock
	for held == nil {
		kept := c.look(ctx, key)
		if c.answers(kept) {
			return kept, nil
		}
		if failure := c.recall(key, kept); failure != nil {
			c.events.recalled(failure)
			return c.orKept(kept, failure)
		}
		held, err = c.runtime.acquire(key)
		if errors.Is(err, errHeldElsewhere) {
			c.waitFor("another process that asks for " + request.Label())
			if kept.usable(time.Now()) && !c.Refresh {
				return kept, nil
			}
			began := c.events.now()
			err := c.runtime.wait(ctx, key)
			c.events.waited(err, began)
			if err != nil {
				return Lease{}, err
			}
		}
	}
	defer held.release()
	c.events.locked(held)
	if held.warning != "" {
		c.Report(held.warning)
	}

	// Whoever held the lock before us may have renewed it since we looked.
	kept := c.look(ctx, key)
	if c.answers(kept) {
		return kept, nil
	}
	minted, err := c.mint(ctx, key, request, kept)
	if err != nil {
		if ctx.Err() == nil || !c.hurried(until, request) {
			c.remember(held, request, err)
		}
		return c.orKept(kept, err)
	}
	c.keep(ctx, &minted)
	held.forgetFailure()
	if lifetime := minted.Lifetime(); c.Margin > lifetime/2 {
		c.Report(fmt.Sprintf("a margin of %s leaves less than half of the %s that a lease of %s lives", c.Margin, lifetime.Round(time.Minute), minted.Label))
	}
	return minted, nil
}

// hurried reports whether whoever started us has less time than a request is given:
// that it ran out says nothing to others.
func (c *Cache) hurried(until time.Time, request provider.Request) bool {
	return until.Before(c.Started.Add(Budget(request)))
}

func keyOf(ctx context.Context, request provider.Request) (provider.Key, error) {
	facts, err := deadline.Do(ctx, func() (provider.Facts, error) { return request.Facts(ctx) })
	if err != nil {
		return "", err
	}
	return provider.NewKey(facts)
}

// answers reports whether a kept lease is to be handed out as it is. For a
// refresh, only one that was minted since the process started is.
func (c *Cache) answers(kept Lease) bool {
	if minted := kept.minted(); c.Refresh && (minted.Before(c.Started) || minted.After(time.Now())) {
		return false
	}
	return kept.fresh(time.Now(), c.margin(kept))
}

func (c *Cache) margin(kept Lease) time.Duration {
	if c.Margin > 0 {
		return c.Margin
	}
	return Margin(kept.Lifetime())
}

// orKept hands out the kept lease in place of a failure to renew it, while that
// is safe.
func (c *Cache) orKept(kept Lease, failure error) (Lease, error) {
	if c.Refresh || !kept.usable(time.Now()) {
		return Lease{}, failure
	}
	c.Report("going on with the lease of " + kept.Label + ": " + failure.Error())
	return kept, nil
}

// mint asks AWS, with the lease of the request's source if it has one. While the
// kept lease is usable, that gets one short attempt, unless a human is asked.
func (c *Cache) mint(ctx context.Context, key provider.Key, request provider.Request, kept Lease) (Lease, error) {
	given := provider.Given{Identity: c.identity(ctx, request, kept), Skew: kept.Skew}
	keys, source, err := c.credentials(ctx, request)
	if err != nil {
		return Lease{}, err
	}
	device := &device{cache: c}
	defer device.release()
	given.Credentials, given.Code = keys, device.code
	if kept.usable(time.Now()) && !c.Refresh && !asks(ctx, request) {
		given.Attempts = 1
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, spareBudget)
		defer cancel()
	}
	began := time.Now()
	ctx = c.Trace.With(ctx)
	patient, stop := withLastWords(ctx)
	defer stop()
	c.waitFor("AWS: " + request.Label())
	minted, err := deadline.Do(patient, func() (provider.Minted, error) { return request.Mint(ctx, given) })
	lease := Lease{
		Key:         key,
		Label:       request.Label(),
		Credentials: minted.Credentials,
		Issued:      minted.Issued,
		Skew:        minted.Skew,
		Identity:    minted.Identity,
	}
	if err == nil && lease.Remaining(time.Now()) <= 0 {
		err = &provider.Failure{
			Class: provider.ClassClock,
			Step:  "use the lease of " + lease.Label,
			Cause: fmt.Sprintf("the clock is %s ahead of AWS's", (-lease.Skew).Round(time.Second)),
		}
	}
	if err != nil {
		c.blameSource(ctx, source, err)
		return Lease{}, asFailure(request, err)
	}
	c.journal.minted(request.Label(), time.Since(began))
	c.events.minted(lease, began)
	if !c.NoCache {
		c.keepIdentity(ctx, request, given.Identity, minted.Identity)
	}
	return lease, nil
}

// lastWords is the time in which what has run out of its own can end what it has
// started, and say what did not answer.
const lastWords = 500 * time.Millisecond

func withLastWords(ctx context.Context) (context.Context, context.CancelFunc) {
	end, _ := ctx.Deadline() // Lease has set one.
	return context.WithDeadline(context.WithoutCancel(ctx), end.Add(lastWords))
}

// asFailure names what was being asked for when time ran out.
func asFailure(request provider.Request, err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		var known *provider.Failure
		if !errors.As(err, &known) {
			return &provider.Failure{Class: provider.ClassUnreachable, Step: "get a lease of " + request.Label(), Cause: "no answer in time"}
		}
	}
	return err
}

func (c *Cache) waitFor(what string) {
	if c.Waiting != nil {
		c.Waiting(what)
	}
}

// Report passes a warning on to the journal and to a human at stderr, the same
// one at most every ten minutes.
func (c *Cache) Report(text string) {
	c.events.warned(text)
	if c.journal.warning(text) && c.Warn != nil {
		c.Warn(text)
	}
}
