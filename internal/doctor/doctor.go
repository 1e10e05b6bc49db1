// Package doctor looks for what keeps an SDK from using credlease, or makes it
// slow. [Examine] is the whole of it: a list of checks, each a function that
// returns what it has found.
//
// It changes nothing. What it writes to the keyring to see whether that works, it
// removes.
package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"credlease/cache"
)

// A Verdict says how bad it is.
type Verdict string

// The verdicts of a finding.
const (
	OK      Verdict = "ok"
	Warning Verdict = "warning" // it works, but slowly, or not in every SDK
	Problem Verdict = "problem" // an SDK fails, or uses other credentials
)

// A Finding is what a check has to say.
type Finding struct {
	Check   string  `json:"check"`
	Verdict Verdict `json:"verdict"`
	// Evidence is what was seen and where: file and line, variable, value. It
	// holds no secret.
	Evidence string `json:"evidence"`
	// Mend is the command that mends it, if one does.
	Mend string `json:"mend,omitempty"`
}

// checks are all that is looked at, in the order in which it is told.
var checks = []struct {
	name string
	look func(*patient) []Finding
}{
	{"files", filesCanBeRead},
	{"syntax", everySDKReadsTheFiles},
	{"names", everySDKFindsTheProfiles},
	{"profile", thereIsAProfile},
	{"shadowed", nothingIsUsedInPlaceOfTheProcess},
	{"beside", nothingStandsBesideTheProcess},
	{"loop", noProfileReachesItself},
	{"command", everyShellReadsTheCommand},
	{"program", theProgramRuns},
	{"environment", theEnvironmentLetsTheProfileWin},
	{"old SDKs", oldSDKsReadTheConfigFile},
	{"session", sessionsOutliveTheCallersWindows},
	{"keyring", aKeyringWorks},
	{"quota", theKernelHasRoom},
	{"lock", processesCanWaitForEachOther},
	{"network", awsAnswersAndAgreesOnTheTime},
	{"journal", theLastRunsWentWell},
}

// A Visit is what to look at, and with what.
type Visit struct {
	Profile string // one of the config files, or "" for all that use credlease
	Program string // the path of this program
	Version string // what it prints for --version
	NoCache string // the value of CREDLEASE_NO_CACHE
	Cache   *cache.Cache
}

// A patient is what the checks look at.
type patient struct {
	Visit
	ctx       context.Context
	config    *file
	creds     *file
	processes []process
}

// Examine makes all checks.
func Examine(ctx context.Context, visit Visit) []Finding {
	p := &patient{Visit: visit, ctx: ctx, config: readConfigFile(), creds: readCredentialsFile()}
	p.processes = p.findProcesses()
	var all []Finding
	for _, c := range checks {
		for _, f := range c.look(p) {
			f.Check = c.name
			all = append(all, f)
		}
	}
	return all
}

// files are the two that exist and can be read.
func (p *patient) files() []*file {
	return slices.DeleteFunc([]*file{p.config, p.creds}, func(f *file) bool { return f.missing || f.trouble != "" })
}

// settings returns what a profile has in both files, by key, the first of each.
func (p *patient) setting(profile, key string) (*file, setting, bool) {
	for _, f := range p.files() {
		for _, s := range f.profile(profile) {
			if found, ok := s.get(key); ok {
				return f, found, true
			}
		}
	}
	return nil, setting{}, false
}

func (p *patient) exists(profile string) bool {
	return slices.ContainsFunc(p.files(), func(f *file) bool { return len(f.profile(profile)) > 0 })
}

func ok(evidence string) Finding { return Finding{Verdict: OK, Evidence: evidence} }

func warning(evidence, mend string) Finding {
	return Finding{Verdict: Warning, Evidence: evidence, Mend: mend}
}

func problem(evidence, mend string) Finding {
	return Finding{Verdict: Problem, Evidence: evidence, Mend: mend}
}

// list writes things as people do: a, b and c.
func list(things []string) string {
	if len(things) < 2 {
		return strings.Join(things, "")
	}
	return strings.Join(things[:len(things)-1], ", ") + " and " + things[len(things)-1]
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func ms(d time.Duration) string {
	if d < 10*time.Millisecond {
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(time.Millisecond).String()
}
