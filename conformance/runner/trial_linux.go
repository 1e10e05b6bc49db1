package main

import (
	"fmt"
	"strings"
	"time"
)

// A result is all that was seen of a client.
type result struct {
	client   *client
	leases   []leased
	renewal  renewed
	crowd    crowded
	failures []failure
	states   []state
	jobs     []job
	quoting  []string // by spelling, see spellings
	mistakes []string // by mistake, see mistakes
	// stderr are bytes, and left processes, of what was to leave none.
	stderr, left int
	// complaints are what is not as it should be.
	complaints []string
}

func (r *result) complain(about string, complaints []string) {
	for _, c := range complaints {
		r.complaints = append(r.complaints, about+": "+c)
	}
}

// try makes all trials of a client but that of renewal, which takes a minute in
// which there is nothing to do.
func try(p programs, m *moto, c *client) (result, error) {
	r := result{client: c}
	b, err := newBench(p)
	if err != nil {
		return r, err
	}
	defer b.close()
	// They are to be there after every reset.
	if err := b.keepKeys(); err != nil {
		return r, err
	}
	for _, trial := range []func(*client, *result) error{
		b.tryLeases,
		func(c *client, r *result) error { return b.tryMoto(m, c, r) },
		b.tryFailures,
		b.tryCrowd,
		b.tryStates,
		func(c *client, r *result) error { return b.tryJobs(m, c, r) },
		b.tryQuoting,
		b.tryMistakes,
	} {
		if err := b.reset(); err != nil {
			return r, err
		}
		if err := trial(c, &r); err != nil {
			return r, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return r, nil
}

// lines are what the runner prints of a client.
func (r result) lines(took time.Duration) string {
	verdict := "as expected"
	if r.complaints != nil {
		verdict = "not as expected:\n    " + strings.Join(r.complaints, "\n    ")
	}
	return fmt.Sprintf("%-16s %-28s %3.0f s  %s\n", r.client.name, r.client.version, took.Seconds(), verdict)
}

// judge counts what a use that was to work has left, and complains of it.
func (r *result) judge(about string, s seen, session string, answers int) {
	r.stderr += s.loud + len(s.stderr)
	r.left += s.orphans + s.zombies
	r.complain(about, s.complaints(session, answers))
}
