package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// rules are those that conformance/runner/watch can break.
const rules = "stderr, exit, writes, newline, before, after, bom, version, case, null, fraction, offset or zone"

// tryBreaking breaks a rule in what credlease prints, on its way to the clients.
// It names those at which that was seen, and those which it breaks: that fail, or
// do something else than they would.
func tryBreaking(p programs, clients []*client, rule string) error {
	var seen, broken []string
	for _, c := range clients {
		ofClient, ofProcess, err := tryBroken(p, c, rule)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		for _, complaint := range append(ofClient, ofProcess...) {
			fmt.Printf("%s: %s\n", c.name, complaint)
		}
		if ofProcess != nil {
			seen = append(seen, c.name)
		}
		if ofClient != nil {
			broken = append(broken, c.name)
		}
	}
	if seen == nil && broken == nil {
		return nil
	}
	if broken == nil {
		broken = []string{"none of them"}
	}
	return fmt.Errorf("the rule %s is broken at %s; that breaks %s", rule, strings.Join(seen, ", "), strings.Join(broken, ", "))
}

func tryBroken(p programs, c *client, rule string) (ofClient, ofProcess []string, err error) {
	b, err := newBench(p)
	if err != nil {
		return nil, nil, err
	}
	defer b.close()
	err = errors.Join(
		b.watched.set(settings{Program: p.credlease, Break: rule}),
		b.configure(b.config()))
	if err != nil {
		return nil, nil, err
	}
	s, err := b.use(c, use{profile: kinds[0].profile(), calls: 2})
	if err != nil {
		return nil, nil, err
	}
	ofClient, ofProcess = s.clientComplaints(kinds[0].session, 3), s.processComplaints()
	if want := expectationOf(c.name).runs(time.Hour, 3); !want.holds(s.runs) && !s.failed {
		ofClient = append(ofClient, fmt.Sprintf("ran the process %d times, want %s", s.runs, want))
	}
	return ofClient, ofProcess, nil
}
