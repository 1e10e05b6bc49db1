package cache

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A Caller is a program that has had leases minted. Hits are not in the journal.
type Caller struct {
	Program  string    `json:"program"`
	Minted   int       `json:"minted"`
	Failed   int       `json:"failed"`
	LastSeen time.Time `json:"lastSeen"`
}

// Callers are the programs that the journal knows, the latest first.
func (j Journal) Callers() []Caller {
	callers := map[string]Caller{}
	for _, e := range j.Entries {
		if e.Caller == "" {
			continue
		}
		c := callers[e.Caller]
		c.Program, c.LastSeen = e.Caller, e.Time
		switch e.Event {
		case "minted":
			c.Minted++
		case "failed":
			c.Failed++
		}
		callers[e.Caller] = c
	}
	sorted := []Caller{}
	for _, c := range callers {
		sorted = append(sorted, c)
	}
	slices.SortFunc(sorted, func(a, b Caller) int {
		return cmp.Or(b.LastSeen.Compare(a.LastSeen), strings.Compare(a.Program, b.Program))
	})
	return sorted
}

// Of returns the programs that asked for a lease, and its last failure and
// warning, if it had any.
func (j Journal) Of(label string) (callers []string, failure, warning *Entry) {
	callers = []string{}
	for i, e := range j.Entries {
		switch {
		case e.Event == "warning" && strings.Contains(e.Text, label):
			warning = &j.Entries[i]
		case e.Label != label:
			continue
		case e.Event == "failed":
			failure = &j.Entries[i]
		}
		if e.Label == label && e.Caller != "" && !slices.Contains(callers, e.Caller) {
			callers = append(callers, e.Caller)
		}
	}
	return callers, failure, warning
}

// Warnings are the last of each text since a time, the latest first.
func (j Journal) Warnings(since time.Time) []Entry {
	warnings := []Entry{}
	for _, e := range slices.Backward(j.Entries) {
		seen := slices.ContainsFunc(warnings, func(w Entry) bool { return w.Text == e.Text })
		if e.Event == "warning" && !seen && e.Time.After(since) {
			warnings = append(warnings, e)
		}
	}
	return warnings
}
