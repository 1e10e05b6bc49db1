package doctor

import (
	"path/filepath"
	"slices"
	"strings"
)

// A process is the credential_process of a profile.
type process struct {
	profile string
	file    *file
	section section
	setting setting
	words   []string // as a shell divides them, quotes taken away
}

// findProcesses returns those that are to be looked at: of the profile and those
// that it gets its credentials from, or of every profile that runs credlease.
func (p *patient) findProcesses() []process {
	var found []process
	for _, f := range p.files() {
		for _, s := range f.sections {
			command, ok := s.get("credential_process")
			if !ok || s.kind == "services" || s.kind == "sso-session" {
				continue
			}
			pr := process{profile: s.profileName(), file: f, section: s, setting: command, words: split(command.value)}
			if p.Profile == "" && RunsCredlease(command.value) || slices.Contains(p.chain(p.Profile), pr.profile) {
				found = append(found, pr)
			}
		}
	}
	return found
}

// profileName is also that of a section which lacks the word profile.
func (s section) profileName() string {
	if s.name != "" {
		return s.name
	}
	return s.header
}

// chain returns a profile and those that it names as its source, each once.
func (p *patient) chain(profile string) []string {
	var names []string
	for profile != "" && !slices.Contains(names, profile) {
		names = append(names, profile)
		_, source, _ := p.setting(profile, "source_profile")
		profile = source.value
	}
	return names
}

// RunsCredlease holds for a command that runs credlease, however it is spelled.
func RunsCredlease(command string) bool {
	for _, word := range split(command) {
		// Windows' separator is one of paths only there.
		base := word[strings.LastIndexAny(word, `/\`)+1:]
		if strings.TrimSuffix(strings.ToLower(base), ".exe") == "credlease" {
			return true
		}
	}
	return false
}

// program is the path of what is run.
func (pr process) program() string {
	if len(pr.words) == 0 {
		return ""
	}
	return pr.words[0]
}

// option returns the value of a flag of the command.
func (pr process) option(name string) string {
	for i, word := range pr.words {
		if value, ok := strings.CutPrefix(word, name+"="); ok {
			return value
		}
		if word == name && i+1 < len(pr.words) {
			return pr.words[i+1]
		}
	}
	return ""
}

func (pr process) at() string { return pr.file.at(pr.setting.line) }

// split divides a command into words as a shell does, without expanding any.
func split(command string) []string {
	var words []string
	var word strings.Builder
	var quote rune
	inWord, escaped := false, false
	for _, r := range command {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'' && filepath.Separator == '/':
			escaped, inWord = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == ' ' || r == '\t':
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words
}
