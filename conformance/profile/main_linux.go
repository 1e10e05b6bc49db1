// Profile shows that every SDK reads what profile add writes: boto3, Go v2,
// JavaScript v3 and the AWS CLI are asked for the command that they find in the
// AWS config file, which is to be the same one, and then run it.
//
//	python3 -m venv V && V/bin/pip install boto3 awscli
//	npm install --prefix N @aws-sdk/client-sts
//	go run ./conformance/profile -python V/bin -node N
//
// It prints a line for each thing that it has seen to be so, and ends at the
// first that is not.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"credlease/internal/standin"
	"credlease/internal/testbed"
)

func main() {
	python := flag.String("python", "", "folder with python and aws")
	node := flag.String("node", "", "folder with node_modules")
	flag.Parse()
	if err := run(*python, *node); err != nil {
		fmt.Fprintln(os.Stderr, "profile:", err)
		os.Exit(1)
	}
}

// before is a file as people have it, which is to be found unchanged in front.
const before = "# Mine.\r\n[default]\r\nregion = eu-central-1\r\n\r\n[profile other]\r\ns3 =\r\n  max_concurrent_requests = 5 # nested\r\nregion=eu-west-3"

func run(python, node string) error {
	bed, err := testbed.New()
	if err != nil {
		return err
	}
	defer bed.Close()
	path := filepath.Join(bed.Folder, "config")
	if err := os.WriteFile(path, []byte(before), 0o640); err != nil {
		return err
	}
	b := bench{credlease: filepath.Join(bed.Folder, "credlease"), url: bed.Server.URL, env: append(withoutKeys(bed.Env),
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE="+path,
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(bed.Folder, "credentials"))}
	keys := standin.AccessKeyID + "\n" + standin.SecretAccessKey + "\n"
	if _, err := b.run("", keys, b.credlease, "keys", "add", "work"); err != nil {
		return err
	}
	for _, p := range []struct{ name, command, identity string }{
		{"team/deploy@eu", "assume-role --role-arn arn:aws:iam::" + standin.Account + ":role/team/Deploy --role-session-name ann@example.com --external-id a:b=c,d/e+f --source-keys work", "assumed-role/Deploy/ann@example.com"},
		{"a.b_c-d:e", "cognito --identity-pool-id " + standin.GuestPool, "assumed-role/Cognito_GuestRole/"},
	} {
		add := append([]string{"profile", "add", p.name, "--region", "eu-west-1", "--"}, strings.Fields(p.command)...)
		if _, err := b.run("", "", b.credlease, add...); err != nil {
			return err
		}
		want := b.credlease + " " + p.command
		for _, c := range clients(python, node) {
			if err := b.check(c, p.name, want, p.identity); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			fmt.Printf("%s: %s reads the command, and is %s\n", p.name, c.name, p.identity)
		}
	}
	return b.checkFile(path)
}

// withoutKeys leaves out what would come before any profile.
func withoutKeys(env []string) []string {
	var without []string
	for _, variable := range env {
		if !strings.HasPrefix(variable, "AWS_ACCESS_KEY_ID=") && !strings.HasPrefix(variable, "AWS_SECRET_ACCESS_KEY=") {
			without = append(without, variable)
		}
	}
	return without
}

type bench struct {
	credlease, url string
	env            []string
}

func (b bench) check(c client, profile, want, identity string) error {
	ctx := context.Background()
	got, err := c.command(ctx, b, profile)
	if err != nil {
		return err
	}
	if strings.TrimSpace(got) != want {
		return fmt.Errorf("it reads %q, not %q", got, want)
	}
	who, err := c.whoami(ctx, b, profile)
	if err != nil {
		return err
	}
	if !strings.Contains(who, identity) {
		return fmt.Errorf("it is %s, not %s", strings.TrimSpace(who), identity)
	}
	return nil
}

func (b bench) checkFile(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	switch {
	case !bytes.HasPrefix(text, []byte(before+"\r\n\r\n[profile ")):
		return fmt.Errorf("the file does not begin as it did: %q", text)
	case bytes.Count(text, []byte("\n")) != bytes.Count(text, []byte("\r\n")):
		return fmt.Errorf("its line ends are of two kinds: %q", text)
	case info.Mode().Perm() != 0o640:
		return fmt.Errorf("its mode is %v, not what it was", info.Mode())
	}
	fmt.Println("the file begins as it did, and has its line ends and its mode")
	return nil
}

// run returns what a program prints.
func (b bench) run(folder, stdin, program string, arguments ...string) (string, error) {
	cmd := exec.Command(program, arguments...)
	cmd.Dir = folder
	cmd.Env = b.env
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", filepath.Base(program), strings.Join(arguments, " "), err, stderr.Bytes())
	}
	return string(out), nil
}
