package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// filesCanBeRead looks at the files as a whole.
func filesCanBeRead(p *patient) []Finding {
	var found []Finding
	for _, f := range []*file{p.config, p.creds} {
		switch {
		case f.missing && f.isConfig:
			found = append(found, problem(f.path+": there is no such file", "credlease profile add --help"))
		case f.missing:
			// The credentials file is nobody's need.
		case f.trouble != "":
			found = append(found, problem(f.path+": "+f.trouble, ""))
		case f.notUTF8 > 0:
			found = append(found, problem(f.at(f.notUTF8)+": it is no UTF-8, and boto3 and the AWS CLI refuse the whole file", ""))
		case f.size > 1<<20:
			found = append(found, warning(fmt.Sprintf("%s: it has %d MB, which every SDK reads at every start", f.path, f.size>>20), ""))
		default:
			found = append(found, ok(fmt.Sprintf("%s: %s, %d of credlease", f.path, count(f.profiles(), "profile"), f.ofCredlease())))
		}
	}
	return found
}

func (f *file) profiles() int {
	seen := map[string]bool{}
	for _, s := range f.sections {
		if s.kind == "profile" {
			seen[s.name] = true
		}
	}
	return len(seen)
}

func (f *file) ofCredlease() int {
	var n int
	for _, s := range f.sections {
		if command, found := s.get("credential_process"); found && RunsCredlease(command.value) {
			n++
		}
	}
	return n
}

// everySDKReadsTheFiles looks for what some parser stumbles over.
func everySDKReadsTheFiles(p *patient) []Finding {
	var found []Finding
	for _, f := range p.files() {
		if f.bom {
			found = append(found, problem(f.at(1)+": it begins with a byte order mark, which boto3, the AWS CLI, Go and Ruby take for text", sed(`1s/^\xEF\xBB\xBF//`, f.path)))
		}
		found = append(found, f.duplicates()...)
		found = append(found, f.misplaced()...)
	}
	return found
}

// duplicates make boto3 and the AWS CLI refuse the whole file.
func (f *file) duplicates() []Finding {
	var found []Finding
	first := map[string]section{}
	for _, s := range f.sections {
		before, again := first[s.header]
		if !again {
			first[s.header] = s
		} else {
			// The one with the process keeps the name, and nothing is lost.
			renamed, other := s, before
			if _, isProcess := s.get("credential_process"); isProcess {
				renamed, other = before, s
			}
			found = append(found, problem(fmt.Sprintf("%s: [%s] is there a second time, see line %d: boto3 and the AWS CLI refuse the whole file", f.at(renamed.line), s.header, other.line),
				replaceLine(f, renamed.line, "["+renamed.header+"-duplicate]")))
		}
		found = append(found, f.duplicateKeys(s)...)
	}
	return found
}

func (f *file) duplicateKeys(s section) []Finding {
	var found []Finding
	seen := map[string]setting{}
	for _, set := range s.settings {
		key := strings.ToLower(set.key)
		if before, again := seen[key]; again {
			found = append(found, problem(fmt.Sprintf("%s: %s of [%s] is there again in line %d: boto3 and the AWS CLI refuse the whole file, others take the last", f.at(before.line), key, s.header, set.line),
				commentOut(f, before.line)))
		}
		seen[key] = set
	}
	return found
}

// misplaced are lines that are no settings of their own to every SDK.
func (f *file) misplaced() []Finding {
	var found []Finding
	for _, s := range f.strays {
		switch {
		case s.setting:
			found = append(found, problem(f.at(s.line)+": the setting is indented: boto3, Rust and others take it for the end of the line before, and Ruby stops",
				sed(fmt.Sprintf(`%ds/^[ \t]*//`, s.line), f.path)))
		case s.atValue > 0:
			found = append(found, problem(fmt.Sprintf("%s: it continues the value of line %d, which no two SDKs read alike", f.at(s.line), s.atValue), f.mendContinuation(s)))
		default:
			found = append(found, problem(f.at(s.line)+": it is neither a section, a setting nor a comment: boto3 and the AWS CLI refuse the whole file", commentOut(f, s.line)))
		}
	}
	return found
}

// mendContinuation does not show what goes on with a secret.
func (f *file) mendContinuation(s stray) string {
	for _, sec := range f.sections {
		if lines, _ := sec.linesOf(staticKeys...); slices.Contains(lines, s.atValue) {
			return ""
		}
	}
	return sed(fmt.Sprintf("%ds|$| %s|;%ds/.*//", s.atValue, escape(s.text), s.line), f.path)
}

// everySDKFindsTheProfiles looks at the headers and names.
func everySDKFindsTheProfiles(p *patient) []Finding {
	var found []Finding
	for _, f := range p.files() {
		for _, s := range f.sections {
			if finding, bad := f.badHeader(s); bad {
				found = append(found, finding)
			}
		}
	}
	return found
}

func (f *file) badHeader(s section) (Finding, bool) {
	name, isPrefixed := strings.CutPrefix(s.header, "profile ")
	switch {
	case f.isConfig && s.kind == "" && s.isCredentials():
		return problem(fmt.Sprintf("%s: [%s] is no profile: boto3, the AWS CLI, Go and JS look for [profile %s]", f.at(s.line), s.header, s.header),
			replaceLine(f, s.line, "[profile "+s.header+"]")), true
	case !f.isConfig && isPrefixed:
		return problem(fmt.Sprintf("%s: [%s] is the profile %q: in this file it is [%s]", f.at(s.line), s.header, s.header, name),
			replaceLine(f, s.line, "["+name+"]")), true
	case s.kind == "profile" && s.name != plainName(s.name):
		header := plainName(s.name)
		if f.isConfig {
			header = "profile " + header
		}
		return problem(fmt.Sprintf("%s: the name %q is not one that every SDK takes: letters, digits and _ . / : @ %% + - are", f.at(s.line), s.name),
			replaceLine(f, s.line, "["+header+"]")), true
	}
	return Finding{}, false
}

// isCredentials holds for what would be a profile's.
func (s section) isCredentials() bool {
	return slices.ContainsFunc(s.settings, func(set setting) bool {
		return slices.Contains([]string{"credential_process", "aws_access_key_id", "role_arn", "region", "sso_session"}, strings.ToLower(set.key))
	})
}

// plainName is a name that every SDK takes.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_./:@%+-", r) {
			return r
		}
		return '-'
	}, name)
}
