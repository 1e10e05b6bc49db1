package main

import (
	"os"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// troubles are the messages of the README's table, and whether a script has come
// upon them.
type troubles map[string]bool

type troublesKey struct{}

// readTroubles reads what is in backquotes in the table's first column.
func readTroubles() (troubles, error) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		return nil, err
	}
	_, table, _ := strings.Cut(string(readme), "| Message | What to do |\n| --- | --- |\n")
	found := troubles{}
	for row := range strings.Lines(table) {
		if !strings.HasPrefix(row, "| ") {
			break
		}
		for i, part := range strings.Split(strings.Split(row, " | ")[0], "`") {
			if i%2 == 1 {
				found[part] = false
			}
		}
	}
	return found, nil
}

// inReadme asserts that what the last command wrote to stderr is in the table,
// and with all that nothing else is: in-readme [all]
func inReadme(ts *testscript.TestScript, neg bool, args []string) {
	all := ts.Value(troublesKey{}).(troubles)
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
		if len(all) == 0 {
			ts.Fatalf("the README has no table of messages")
		}
		for message, found := range all {
			if !found {
				ts.Fatalf("the README has a message that nothing here provokes: %s", message)
			}
		}
	default:
		ts.Fatalf("usage: in-readme [all]")
	}
}
