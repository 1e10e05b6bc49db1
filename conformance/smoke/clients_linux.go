package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

type smoke struct {
	clients   string
	credlease string
	env       []string
}

// A caller is a client that asks who it is.
type caller struct {
	name, program string
	arguments     []string
}

const boto3 = "import boto3, sys; print(boto3.Session(profile_name=sys.argv[1]).client('sts').get_caller_identity()['Arn'])"

// callers are the AWS CLI and boto3 from PyPI and, where it is installed, the
// system's AWS CLI, which is version 2 in Debian and too old to know
// AWS_ENDPOINT_URL.
func (s smoke) callers(profile, url string) []caller {
	whoami := []string{"--profile", profile, "--endpoint-url", url, "sts", "get-caller-identity"}
	all := []caller{
		{"aws CLI v1", filepath.Join(s.clients, "aws"), whoami},
		{"boto3", filepath.Join(s.clients, "python"), []string{"-c", boto3, profile}},
	}
	if system, err := exec.LookPath("/usr/bin/aws"); err == nil {
		all = append(all, caller{"aws CLI v2", system, whoami})
	}
	return all
}

// run returns what a program prints, and refuses anything that it writes to
// stderr.
func (s smoke) run(url, program, stdin string, arguments ...string) ([]byte, error) {
	cmd := exec.Command(program, arguments...)
	cmd.Env = append(s.env, "AWS_ENDPOINT_URL="+url)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil && stderr.Len() > 0 {
		err = errors.New("it wrote to stderr")
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", filepath.Base(program), strings.Join(arguments, " "), err, stderr.Bytes())
	}
	return out, nil
}
