package main

import (
	"maps"
	"os"
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

// inReadme asserts that what the last command wrote to stderr is in the table,
// and with all that nothing else is: in-readme [all]
func (all troubles) inReadme(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case !neg && len(args) == 0:
		stderr, found := ts.ReadFile("stderr"), false
		for message := range all {
			// … stands for what differs from case to case, and to Wine a
			// connection is Refused.
			pattern := "(?i)" + strings.ReplaceAll(regexp.QuoteMeta(message), "…", ".*")
			if regexp.MustCompile(pattern).MatchString(stderr) {
				all[message], found = true, true
			}
		}
		if !found {
			ts.Fatalf("the README's table has none of what is in %q", stderr)
		}
	case !neg && len(args) == 1 && args[0] == "all":
		maps.DeleteFunc(all, func(_ string, found bool) bool { return found })
		if len(all) > 0 {
			ts.Fatalf("the README has messages that nothing here provokes: %q", slices.Sorted(maps.Keys(all)))
		}
	default:
		ts.Fatalf("usage: in-readme [all]")
	}
}
