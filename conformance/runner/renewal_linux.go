package main

import (
	"fmt"
	"time"
)

// renewed is what a client made of a lease that came to its window while the
// client went on.
type renewed struct {
	tried bool
	runs  int // after the first call
	mints int
}

const (
	// untilDue is how long after a mint the window opens: credlease mints a
	// request once a minute at most.
	untilDue = 65 * time.Second
	// pace is how long AWS takes to answer a call.
	pace = time.Second
	// past is for how long the client goes on in the window.
	past = 15 * time.Second
)

// tryRenewal hands out a lease of the client's window and a minute, and then one
// of an hour, as AWS would. With a margin above that window, credlease is asked
// when the lease is due, as it is with a lease of an hour at its own margin.
func tryRenewal(p programs, c *client, r *result) error {
	e := expectationOf(c.name)
	if e.command {
		return nil // It never sees a lease grow old.
	}
	b, err := newBench(p)
	if err != nil {
		return err
	}
	defer b.close()
	margin := (e.window + 50*time.Second).Seconds()
	err = b.configure(b.config() + profileText("renewal",
		fmt.Sprintf("%s %s --margin %.0f", b.watched.program, assume("Renewed", "--source-profile base"), margin)))
	if err != nil {
		return err
	}
	for _, operation := range []string{"GetCallerIdentity", "ListBuckets"} {
		if err := b.server.Fail("delay", operation, -1, pace); err != nil {
			return err
		}
	}
	b.server.SetLifetime(e.window + untilDue)
	done := make(chan struct{})
	defer close(done)
	go func() {
		for b.mints() == 0 {
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
		b.server.SetLifetime(0)
	}()
	calls := int((untilDue + e.jitter + past) / pace)
	s, err := b.use(c, use{profile: "renewal", calls: calls, limit: 3 * time.Duration(calls) * pace})
	if err != nil {
		return err
	}
	r.renewal = renewed{true, s.runs - e.first, b.mints()}
	r.judge("renewal", s, ":assumed-role/Renewed/conformance", 1+calls)
	if r.renewal.mints != 2 {
		r.complain("renewal", []string{fmt.Sprintf("%d mints, want 2", r.renewal.mints)})
	}
	if r.renewal.runs != 1 {
		r.complain("renewal", []string{fmt.Sprintf("%d runs of the process, want 1", r.renewal.runs)})
	}
	return nil
}
