package doctor

import (
	"strings"
	"testing"
)

// Whatever a file has in it, every line that is told of is one of its lines, and
// every command that is named can be written.
func FuzzExamineFile(f *testing.F) {
	f.Add("[profile a]\ncredential_process = \"/my tools/credlease\" assume-role\n  region = x\n[profile a]\nregion=y\nregion=z\n", true)
	f.Add("\ufeff[a]\r\naws_access_key_id = x\r\n[profile a]\ncredential_process = ''\n", false)
	f.Add("x\n[\n[profile]\n=\ncredential_process\n s3 =\n", true)
	f.Add("[profile a]\ncredential_process = ~/credlease assume-role --source-profile a --duration-seconds 900 # ;\nsource_profile = a\n", true)
	f.Fuzz(func(t *testing.T, text string, isConfig bool) {
		config := &file{path: "config", isConfig: isConfig}
		config.parse(text)
		p := &patient{config: config, creds: &file{path: "credentials", missing: true}}
		p.processes = p.findProcesses()
		last := strings.Count(text, "\n") + 1
		for _, s := range config.sections {
			if s.line < 1 || s.end < s.line || s.end > last {
				t.Errorf("section %q is in lines %d to %d of %d", s.header, s.line, s.end, last)
			}
			for _, set := range s.settings {
				if set.line <= s.line || set.line > s.end {
					t.Errorf("setting %q is in line %d, its section in %d to %d", set.key, set.line, s.line, s.end)
				}
			}
		}
		for _, check := range []func(*patient) []Finding{everySDKReadsTheFiles, everySDKFindsTheProfiles, thereIsAProfile,
			nothingIsUsedInPlaceOfTheProcess, nothingStandsBesideTheProcess, noProfileReachesItself, everyShellReadsTheCommand} {
			for _, found := range check(p) {
				if found.Evidence == "" {
					t.Errorf("there is a finding without evidence: %+v", found)
				}
			}
		}
	})
}

func TestSplit(t *testing.T) {
	for command, want := range map[string]string{
		`/x/credlease a  b`:      "/x/credlease|a|b",
		`"/my tools/h" "a b" ''`: "/my tools/h|a b|",
		`a 'b "c"' d`:            `a|b "c"|d`,
		"":                       "",
	} {
		if got := strings.Join(split(command), "|"); got != want {
			t.Errorf("split %s: got %s, want %s", command, got, want)
		}
	}
}
