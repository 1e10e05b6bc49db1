package main

import (
	"fmt"
	"sync"
)

// crowded is what came of many threads of many processes that asked at once,
// with nothing in the keyring.
type crowded struct{ mints int }

const (
	crowdProcesses = 10
	crowdThreads   = 10
)

func (b *bench) tryCrowd(c *client, r *result) error {
	if err := b.configure(b.config()); err != nil {
		return err
	}
	k := kinds[0]
	all := make([]seen, crowdProcesses)
	errs := make([]error, crowdProcesses)
	var ended sync.WaitGroup
	for i := range crowdProcesses {
		ended.Go(func() {
			all[i], errs[i] = b.use(c, use{profile: k.profile(), env: []string{fmt.Sprint("CONFORMANCE_THREADS=", crowdThreads)}})
		})
	}
	ended.Wait()
	answers := crowdThreads
	if expectationOf(c.name).single {
		answers = 1
	}
	for i, s := range all {
		if errs[i] != nil {
			return errs[i]
		}
		r.judge("crowd", s, k.session, answers)
	}
	r.crowd.mints = b.mints()
	if r.crowd.mints != 1 {
		r.complain("crowd", append([]string{fmt.Sprintf("%d mints, want 1", r.crowd.mints)}, b.lastEvents(10)...))
	}
	return nil
}
