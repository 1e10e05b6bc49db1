package doctor

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// shortest is the lifetime under which no margin clears the windows of the
// callers: .NET asks again at 16 minutes left, boto3 at 15.
const shortest = 34 * time.Minute

// sessionsOutliveTheCallersWindows looks for leases that some SDKs ask for at
// every request.
func sessionsOutliveTheCallersWindows(p *patient) []Finding {
	var found []Finding
	const what = "boto3 and the AWS CLI ask again at every request in its last 15 minutes, .NET in its last 16"
	for _, pr := range p.processes {
		if typed := pr.option("--duration-seconds"); typed != "" {
			if d := parseTime(typed); d > 0 && d < shortest {
				found = append(found, warning(fmt.Sprintf("%s: a session of %s is short: %s", pr.at(), typed, what), pr.withOption("--duration-seconds", typed, "3600")))
			}
		}
		if typed := pr.option("--margin"); typed != "" {
			if d := parseTime(typed); d > 0 && d <= 16*time.Minute {
				found = append(found, warning(fmt.Sprintf("%s: a margin of %s is inside the callers' windows: %s", pr.at(), typed, what), pr.withOption("--margin", typed, "20m")))
			}
		}
	}
	if len(found) > 0 {
		return found
	}
	leases, _ := p.Cache.Leases(p.ctx) // The keyring has a check of its own.
	for _, l := range leases {
		if l.Lifetime() < shortest && p.Profile == "" {
			found = append(found, warning(fmt.Sprintf("the lease of %s lives %s: %s", l.Label, l.Lifetime().Round(time.Second), what), ""))
		}
	}
	return found
}

// withOption is the command that gives a flag another value.
func (pr process) withOption(name, before, value string) string {
	between := " "
	if strings.Contains(pr.setting.value, name+"=") {
		between = "="
	}
	return pr.substitute(name+between+before, name+between+value)
}

// parseTime reads what the flags take: seconds, or 15m.
func parseTime(text string) time.Duration {
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(n) * time.Second
	}
	d, _ := time.ParseDuration(text) // What is no time is the command's own error.
	return d
}
