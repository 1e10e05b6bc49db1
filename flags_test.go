package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// Every flag that --help shows is read without --help too, alone among those that
// are required: a command line has only the flags that its arguments need.
func TestEveryFlagIsReadAlone(t *testing.T) {
	required := map[string][]string{
		"assume-role": {"--role-arn=arn:aws:iam::111122223333:role/Deploy"},
		"cognito":     {"--identity-pool-id=eu-west-1:00000000-0000-4000-8000-000000000001"},
	}
	for _, name := range forSDKs {
		flags := regexp.MustCompile(`(?m)^ +(?:-h, )?(--[a-z][a-z-]+)(=[A-Z])?`).FindAllStringSubmatch(help(t, name), -1)
		if len(flags) < 10 {
			t.Errorf("%s --help shows only the flags %v", name, flags)
		}
		for _, flag := range flags {
			value := flag[1]
			if flag[2] != "" {
				value += "=x"
			}
			args := append([]string{name, value}, required[name]...)
			if _, err := parser(t, args, new(bytes.Buffer)).Parse(args); err != nil && strings.Contains(err.Error(), "unknown flag") {
				t.Errorf("credlease %s: %v", strings.Join(args, " "), err)
			}
		}
	}
}
