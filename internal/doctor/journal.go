package doctor

import (
	"fmt"
	"strings"
	"time"

	"credlease/cache"
)

// recent is how long ago a failure or a warning still tells of today.
const recent = time.Hour

// theLastRunsWentWell reads what SDKs may have hidden.
func theLastRunsWentWell(p *patient) []Finding {
	journal := p.Cache.Journal()
	var found []Finding
	if journal.Trouble != "" {
		found = append(found, warning("the journal: "+journal.Trouble, "rm "+quote(journal.Path)))
	}
	for _, e := range unanswered(journal.Entries) {
		if p.Profile != "" && !p.isAbout(e) {
			continue
		}
		mend := "credlease check"
		if p.Profile != "" {
			mend += " --profile " + quote(p.Profile)
		}
		evidence := fmt.Sprintf("%s ago", time.Since(e.Time).Round(time.Second))
		if e.Caller != "" {
			evidence += ", by " + e.Caller
		}
		if e.Event == "warning" {
			mend = ""
		}
		found = append(found, warning(evidence+": "+e.Text, mend))
	}
	if len(found) == 0 {
		return []Finding{ok("no run has failed since the last that went well")}
	}
	return found
}

// unanswered are the failures after which nothing was minted, and the warnings,
// the last of each and none that is old.
func unanswered(entries []cache.Entry) []cache.Entry {
	var last []cache.Entry
	drop := func(is func(cache.Entry) bool) {
		kept := last[:0]
		for _, e := range last {
			if !is(e) {
				kept = append(kept, e)
			}
		}
		last = kept
	}
	for _, e := range entries {
		if time.Since(e.Time) > recent {
			continue
		}
		switch e.Event {
		case "minted":
			// What is kept after a mint, or is not, is warned of after it.
			drop(func(o cache.Entry) bool { return o.Event == "warning" || target(o.Label) == target(e.Label) })
		case "failed":
			drop(func(o cache.Entry) bool { return o.Event == "failed" && o.Label == e.Label })
			last = append(last, e)
		case "warning":
			drop(func(o cache.Entry) bool { return o.Text == e.Text })
			last = append(last, e)
		}
	}
	return last
}

// target is what a label asks for, whatever the source: another may be what has
// mended it.
func target(label string) string {
	what, _, _ := strings.Cut(label, " from ")
	return what
}

// isAbout holds for what names something of the profile's command: the role, or
// the pool.
func (p *patient) isAbout(e cache.Entry) bool {
	for _, pr := range p.processes {
		for _, name := range []string{pr.option("--role-arn"), pr.option("--identity-pool-id")} {
			if name != "" && (strings.Contains(e.Label, name) || strings.Contains(e.Text, name)) {
				return true
			}
		}
	}
	return false
}
