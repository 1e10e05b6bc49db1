package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// thereIsAProfile looks for one that runs credlease.
func thereIsAProfile(p *patient) []Finding {
	name := p.Profile
	switch {
	case name == "" && len(p.processes) == 0:
		return []Finding{warning("no profile runs credlease", "credlease profile add --help")}
	case name != "" && !p.exists(name) && len(p.processes) == 0:
		return []Finding{problem(fmt.Sprintf("there is no profile %q in %s or %s", name, p.config.path, p.creds.path), "credlease profile add --help")}
	}
	var found []Finding
	for _, pr := range p.processes {
		if RunsCredlease(pr.setting.value) {
			found = append(found, ok(fmt.Sprintf("%s: profile %s runs credlease", pr.at(), pr.profile)))
		}
	}
	if found != nil {
		return found
	}
	mend := "credlease profile add --help"
	if f, _, ok := p.setting(name, "role_arn"); ok && f.isConfig {
		mend = fmt.Sprintf("credlease profile add %s --from %s --replace", quote(name), quote(name))
	}
	return []Finding{warning(fmt.Sprintf("profile %s does not run credlease", name), mend)}
}

// staticKeys are the settings that hold access keys.
var staticKeys = []string{"aws_access_key_id", "aws_secret_access_key", "aws_session_token"}

// nothingIsUsedInPlaceOfTheProcess looks for access keys of the same profile.
func nothingIsUsedInPlaceOfTheProcess(p *patient) []Finding {
	var found []Finding
	for _, pr := range p.processes {
		for _, f := range p.files() {
			for _, s := range f.profile(pr.profile) {
				lines, keys := s.linesOf(staticKeys...)
				if len(lines) == 0 {
					continue
				}
				who := "boto3, the AWS CLI, Go, JS, Ruby, Kotlin, Swift and C++ use them"
				if f.isConfig {
					who = "Go, JS, Ruby, Kotlin and Swift use them"
				}
				found = append(found, problem(fmt.Sprintf("%s: %s of [%s]: %s in place of the process", f.at(lines[0]), list(keys), s.header, who), p.mendStaticKeys(pr, f, s, lines)))
			}
		}
		if f := p.creds; f != pr.file && !f.missing && f.trouble == "" {
			for _, s := range f.profile(pr.profile) {
				if again, ok := s.get("credential_process"); ok {
					found = append(found, warning(fmt.Sprintf("%s: profile %s has a credential_process here too, which some SDKs use in place of that in %s", f.at(again.line), pr.profile, pr.at()), commentOut(f, again.line)))
				}
			}
		}
	}
	return found
}

// mendStaticKeys keeps long-lived keys in the keyring before they go.
func (p *patient) mendStaticKeys(pr process, f *file, s section, lines []int) string {
	remove := empty(f, lines...)
	_, temporary := s.get("aws_session_token")
	_, id := s.get("aws_access_key_id")
	_, secret := s.get("aws_secret_access_key")
	if temporary || !id || !secret {
		return remove
	}
	return "credlease keys add " + quote(plainName(pr.profile)) + " --from-profile " + quote(pr.profile) + " && " + remove
}

// linesOf returns where a section has any of the keys, and which.
func (s section) linesOf(keys ...string) (lines []int, found []string) {
	for _, set := range s.settings {
		if slices.Contains(keys, strings.ToLower(set.key)) {
			lines, found = append(lines, set.line), append(found, set.key)
		}
	}
	return lines, found
}

// besides are the settings that decide where credentials come from, and what they
// do to a process beside them.
var besides = []struct {
	keys    []string
	what    string
	verdict Verdict
}{
	{[]string{"role_arn", "source_profile", "credential_source"}, "boto3 sees a loop, Go refuses the profile, JS uses the process without the role", Problem},
	{[]string{"sso_session", "sso_start_url", "sso_account_id", "sso_role_name", "sso_region"}, "boto3, Go, PHP and .NET use IAM Identity Center in its place", Problem},
	{[]string{"login_session"}, "boto3, Go and Rust use the login in its place", Problem},
	{[]string{"web_identity_token_file"}, "boto3, Go, Java and Kotlin use the token in its place", Problem},
	{[]string{"role_session_name", "mfa_serial", "external_id", "services", "endpoint_url"}, "to .NET the profile is invalid", Warning},
}

// nothingStandsBesideTheProcess looks for other ways to get credentials in the
// profile's own section.
func nothingStandsBesideTheProcess(p *patient) []Finding {
	var found []Finding
	for _, pr := range p.processes {
		for _, b := range besides {
			lines, keys := pr.section.linesOf(b.keys...)
			if len(lines) == 0 {
				continue
			}
			found = append(found, Finding{
				Verdict:  b.verdict,
				Evidence: fmt.Sprintf("%s: %s beside the credential_process of profile %s: %s", pr.file.at(lines[0]), list(keys), pr.profile, b.what),
				Mend:     commentOut(pr.file, lines...),
			})
		}
	}
	return found
}

// noProfileReachesItself follows the sources.
func noProfileReachesItself(p *patient) []Finding {
	var found []Finding
	for _, pr := range p.processes {
		if pr.option("--source-profile") == "" || !p.reaches(pr.profile) {
			continue
		}
		found = append(found, problem(fmt.Sprintf("%s: profile %s is its own source", pr.at(), pr.profile), p.mendLoop(pr)))
	}
	return found
}

// reaches follows the sources of a profile until it comes again.
func (p *patient) reaches(profile string) bool {
	var seen []string
	for next := p.sourceOf(profile); next != "" && !slices.Contains(seen, next); next = p.sourceOf(next) {
		if next == profile {
			return true
		}
		seen = append(seen, next)
	}
	return false
}

// sourceOf is the profile that a profile gets its credentials with, if any. Access
// keys beside a process are not to stay there.
func (p *patient) sourceOf(profile string) string {
	if _, command, isProcess := p.setting(profile, "credential_process"); isProcess {
		return process{words: split(command.value)}.option("--source-profile")
	}
	if _, _, static := p.setting(profile, "aws_access_key_id"); static {
		return ""
	}
	_, source, _ := p.setting(profile, "source_profile")
	return source.value
}

// mendLoop names a profile that has access keys, or keys that are to be kept.
func (p *patient) mendLoop(pr process) string {
	source := pr.option("--source-profile")
	for _, f := range p.files() {
		for _, s := range f.sections {
			if _, static := s.get("aws_access_key_id"); static && s.kind == "profile" && s.name != pr.profile {
				return pr.withOption("--source-profile", source, s.name)
			}
		}
	}
	return "credlease keys add work && " + pr.substitute("--source-profile "+source, "--source-keys work")
}
