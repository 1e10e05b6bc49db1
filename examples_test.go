package main

import (
	"bytes"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"credlease/internal/command"

	"github.com/alecthomas/kong"
)

// parser reads a command line without running it. What it would print goes to out.
func parser(t *testing.T, args []string, out *bytes.Buffer) *kong.Kong {
	t.Helper()
	var flags command.Flags
	p, err := kong.New(&flags, append(command.Options("", args), kong.Writers(out, out), kong.Exit(func(int) {}))...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var forSDKs = []string{"assume-role", "cognito", "session-token"}

func help(t *testing.T, name string) string {
	t.Helper()
	var out bytes.Buffer
	args := []string{name, "--help"}
	_, _ = parser(t, args, &out).Parse(args) // It misses the flags that are required.
	return out.String()
}

// Every example can be pasted.
func TestExamplesAreCommandLines(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the examples have paths of another platform")
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{"README.md": string(readme)}
	for _, name := range forSDKs {
		pages[name] = help(t, name)
	}
	for page, text := range pages {
		var examples int
		for line := range strings.Lines(text) {
			_, arguments, ok := strings.Cut(line, "credential_process = /home/me/.local/bin/credlease ")
			if !ok {
				continue
			}
			examples++
			args := strings.Fields(arguments)
			if _, err := parser(t, args, new(bytes.Buffer)).Parse(args); err != nil {
				t.Errorf("%s: credlease %s: %v", page, strings.Join(args, " "), err)
			}
		}
		if examples == 0 {
			t.Errorf("%s has no example", page)
		}
	}
}

// A flag that the page of parameters names is one of the commands'.
func TestParametersPageNamesFlags(t *testing.T) {
	page, err := os.ReadFile("docs/parameters.md")
	if err != nil {
		t.Fatal(err)
	}
	var all string
	for _, name := range forSDKs {
		all += help(t, name)
	}
	flags := regexp.MustCompile("--[a-z][a-z-]+").FindAllString(string(page), -1)
	for _, flag := range flags {
		if !regexp.MustCompile(`(?m)^ +` + flag + `\b`).MatchString(all) {
			t.Errorf("docs/parameters.md names %s, which no command has", flag)
		}
	}
	if len(flags) == 0 {
		t.Error("docs/parameters.md names no flag")
	}
}
