package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// rules are those that conformance/runner/watch can break.
const rules = "stderr, exit, writes, newline, before, after, bom, version, case, null, fraction, offset or zone"

// tryBreaking breaks a rule in what credlease prints, on its way to the clients,
// and names the clients that notice.
func tryBreaking(p programs, clients []*client, rule string) error {
	var broken []string
	for _, c := range clients {
		complaints, err := tryBroken(p, c, rule)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		for _, complaint := range complaints {
			fmt.Printf("%s: %s\n", c.name, complaint)
		}
		if complaints != nil {
			broken = append(broken, c.name)
		}
	}
	if broken == nil {
		fmt.Printf("no client notices a broken rule %s\n", rule)
		return nil
	}
	return fmt.Errorf("a broken rule %s breaks %s", rule, strings.Join(broken, ", "))
}

func tryBroken(p programs, c *client, rule string) ([]string, error) {
	b, err := newBench(p)
	if err != nil {
		return nil, err
	}
	defer b.close()
	err = errors.Join(
		b.watched.set(settings{Program: p.credlease, Break: rule}),
		b.configure(b.config()))
	if err != nil {
		return nil, err
	}
	s, err := b.use(c, use{profile: kinds[0].profile(), calls: 2})
	if err != nil {
		return nil, err
	}
	complaints := s.complaints(kinds[0].session, 3)
	if want := expectationOf(c.name).runs(time.Hour, 3); s.runs != want && !s.failed {
		complaints = append(complaints, fmt.Sprintf("ran the process %d times, want %d", s.runs, want))
	}
	return complaints, nil
}
