package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// troubles are the messages of the README's table, and whether the script about
// them has come upon each.
type troubles map[string]bool

// readTroubles reads what is in backquotes in the table's first column.
func readTroubles(t *testing.T) troubles {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(strings.ReplaceAll(string(readme), "\r\n", "\n"), "| Message | What to do |\n| --- | --- |\n")
	all := troubles{}
	for row := range strings.Lines(table) {
		if !strings.HasPrefix(row, "| ") {
			break
		}
		for i, part := range strings.Split(strings.Split(row, " | ")[0], "`") {
			if i%2 == 1 {
				all[part] = false
			}
		}
	}
	if len(all) == 0 {
		t.Fatal("the README has no table of messages")
	}
	return all
}

// in reports whether a text has a message. In one, … stands for what differs from
// case to case; to Wine a connection is Refused.
func in(text, message string) bool {
	pattern := strings.NewReplacer("…", ".*", "'", ".").Replace(regexp.QuoteMeta(message))
	return regexp.MustCompile("(?i)" + pattern).MatchString(text)
}

// asserted returns what all scripts assert that credlease says.
func asserted(ts *testscript.TestScript) string {
	scripts, err := filepath.Glob("testdata/*/*.txtar")
	ts.Check(err)
	var lines []string
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		ts.Check(err)
		lines = append(lines, regexp.MustCompile(`(?m)^(\[.*\] )?std(err|out) .*$`).FindAllString(string(text), -1)...)
	}
	return strings.Join(lines, "\n")
}

// inReadme asserts that what the last command wrote to stderr is in the table,
// and with all that nothing is there which no script comes upon: in-readme [all]
func (all troubles) inReadme(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case !neg && len(args) == 0:
		stderr, found := ts.ReadFile("stderr"), false
		for message := range all {
			if in(stderr, message) {
				all[message], found = true, true
			}
		}
		if !found {
			ts.Fatalf("the README's table has none of what is in %q", stderr)
		}
	case !neg && len(args) == 1 && args[0] == "all":
		elsewhere := asserted(ts)
		maps.DeleteFunc(all, func(message string, found bool) bool { return found || in(elsewhere, message) })
		if len(all) > 0 {
			ts.Fatalf("the README has messages that no script comes upon: %q", slices.Sorted(maps.Keys(all)))
		}
	default:
		ts.Fatalf("usage: in-readme [all]")
	}
}
