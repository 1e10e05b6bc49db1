package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A state of a lease, and what AWS says through an SDK to who uses it.
type state struct{ name, text string }

// tryStates hands a client a document's credentials in its environment, so that
// it cannot ask again: while they live, after, and when AWS knows them no more.
func (b *bench) tryStates(c *client, r *result) error {
	if c.emulated != "" {
		return nil // Only the process is.
	}
	if err := b.configure(b.config()); err != nil {
		return err
	}
	const brief = 3 * time.Second
	expired, err := b.keysInEnvironment(brief)
	if err != nil {
		return err
	}
	over := time.Now().Add(brief)
	valid, err := b.keysInEnvironment(0)
	if err != nil {
		return err
	}
	invalid, err := b.keysInEnvironment(0)
	if err != nil {
		return err
	}
	id, _ := strings.CutPrefix(invalid[0], "AWS_ACCESS_KEY_ID=")
	if err := b.server.Forget("", id); err != nil {
		return err
	}
	for _, s := range []struct {
		name string
		env  []string
		want string
	}{
		{"valid", valid, ""},
		{"invalid", invalid, "invalid"},
		{"expired", expired, "expired"},
	} {
		if s.name == "expired" {
			time.Sleep(time.Until(over))
		}
		got, err := b.use(c, use{env: s.env})
		if err != nil {
			return err
		}
		text := b.stable(got.stderr)
		r.states = append(r.states, state{s.name, text})
		if got.failed != (s.want != "") || !strings.Contains(strings.ToLower(text), s.want) {
			r.complain(s.name+" lease", []string{fmt.Sprintf("it says %q, want %q", text, s.want)})
		}
	}
	return nil
}

// keysInEnvironment mints a lease of a lifetime, or of an hour.
func (b *bench) keysInEnvironment(lifetime time.Duration) ([]string, error) {
	b.server.SetLifetime(lifetime)
	defer b.server.SetLifetime(0)
	document, err := b.credlease(append(strings.Fields(kinds[0].arguments), "--refresh")...)
	if err != nil {
		return nil, err
	}
	var keys struct{ AccessKeyID, SecretAccessKey, SessionToken string }
	if err := json.Unmarshal([]byte(document), &keys); err != nil {
		return nil, err
	}
	return []string{
		"AWS_ACCESS_KEY_ID=" + keys.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + keys.SecretAccessKey,
		"AWS_SESSION_TOKEN=" + keys.SessionToken,
	}, nil
}
