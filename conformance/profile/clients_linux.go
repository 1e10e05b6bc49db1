package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// A client tells which command it reads in a profile, and who that makes it.
type client struct {
	name    string
	command func(ctx context.Context, b bench, profile string) (string, error)
	whoami  func(ctx context.Context, b bench, profile string) (string, error)
}

const (
	boto3Command = "import boto3, sys; print(boto3.Session()._session.full_config['profiles'][sys.argv[1]]['credential_process'])"
	boto3Whoami  = "import boto3, sys; print(boto3.Session(profile_name=sys.argv[1]).client('sts').get_caller_identity()['Arn'])"
	jsCommand    = "import { loadSharedConfigFiles } from '@smithy/core/config'; console.log((await loadSharedConfigFiles()).configFile[process.argv[1]].credential_process)"
	jsWhoami     = "import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts'; console.log((await new STSClient({ profile: process.argv[1] }).send(new GetCallerIdentityCommand({}))).Arn)"
)

// clients are the AWS CLI and boto3 from PyPI, the SDK for JavaScript from npm,
// this module's SDK for Go and, where it is installed, the system's AWS CLI, which
// is version 2 in Debian.
func clients(python, node string) []client {
	// One that npm has installed comes before the system's.
	js := filepath.Join(node, "node_modules", ".bin", "node")
	if _, err := os.Stat(js); err != nil {
		js = "node"
	}
	run := func(folder, program string, arguments ...string) func(context.Context, bench, string) (string, error) {
		return func(_ context.Context, b bench, profile string) (string, error) {
			filled := make([]string, len(arguments))
			for i, argument := range arguments {
				filled[i] = strings.NewReplacer("PROFILE", profile, "ENDPOINT", b.url).Replace(argument)
			}
			return b.run(folder, "", program, filled...)
		}
	}
	cli := func(name, program string) client {
		return client{
			name,
			run("", program, "configure", "get", "credential_process", "--profile", "PROFILE"),
			// Debian's version 2 is older than AWS_ENDPOINT_URL.
			run("", program, "--profile", "PROFILE", "--endpoint-url", "ENDPOINT", "sts", "get-caller-identity"),
		}
	}
	interpreter := filepath.Join(python, "python")
	all := []client{
		{"boto3", run("", interpreter, "-c", boto3Command, "PROFILE"), run("", interpreter, "-c", boto3Whoami, "PROFILE")},
		{"JavaScript v3", run(node, js, "--input-type=module", "-e", jsCommand, "PROFILE"), run(node, js, "--input-type=module", "-e", jsWhoami, "PROFILE")},
		{"Go v2", goCommand, goWhoami},
		cli("AWS CLI v1", filepath.Join(python, "aws")),
	}
	if system, err := exec.LookPath("/usr/bin/aws"); err == nil {
		all = append(all, cli("AWS CLI v2", system))
	}
	return all
}

func goCommand(ctx context.Context, b bench, profile string) (string, error) {
	b.setenv()
	found, err := config.LoadSharedConfigProfile(ctx, profile, func(o *config.LoadSharedConfigOptions) {
		o.ConfigFiles = []string{os.Getenv("AWS_CONFIG_FILE")}
		o.CredentialsFiles = []string{os.Getenv("AWS_SHARED_CREDENTIALS_FILE")}
	})
	return found.CredentialProcess, err
}

func goWhoami(ctx context.Context, b bench, profile string) (string, error) {
	b.setenv()
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(profile))
	if err != nil {
		return "", err
	}
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	if err != nil {
		return "", err
	}
	return aws.ToString(who.Arn), nil
}

// setenv makes this program's environment that of the others: here the SDK for Go
// is a part of it.
func (b bench) setenv() {
	os.Clearenv()
	for _, variable := range b.env {
		name, value, _ := strings.Cut(variable, "=")
		os.Setenv(name, value)
	}
}
