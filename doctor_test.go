package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestDoctor runs the scripts of broken set-ups, one for each cause. Each shows a
// real SDK that fails, what doctor says, and the SDK after the command that doctor
// names. Where Go does not show the cause, another SDK does, if it is installed:
//
//	python3 -m venv F/venv && F/venv/bin/pip install boto3
//	npm install --prefix F/npm aws-sdk@2
//	CREDLEASE_CLIENTS=$PWD/F go test -run TestDoctor .
func TestDoctor(t *testing.T) {
	need(t, "sh", "sed")
	p := scripts(t, "testdata/doctor", "CREDLEASE_BACKEND=file", "CREDLEASE_FILE_PASSPHRASE="+passphrase, clientsVariable+"="+os.Getenv(clientsVariable))
	version, err := exec.Command("credlease", "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	setup := p.Setup
	p.Setup = func(e *testscript.Env) error {
		if err := setup(e); err != nil {
			return err
		}
		e.Setenv("VERSION", strings.TrimSpace(string(version)))
		return expandFiles(e)
	}
	testscript.Run(t, p)
}

// expandFiles puts the path of credlease into the files that SDKs read.
func expandFiles(e *testscript.Env) error {
	for _, name := range []string{"config", "credentials"} {
		path := filepath.Join(e.WorkDir, name)
		text, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		expanded := strings.NewReplacer("$CREDLEASE", e.Getenv("CREDLEASE"), "$WORK", e.WorkDir, "$BOM", "\ufeff", "$CR", "\r").Replace(string(text))
		if err := os.WriteFile(path, []byte(expanded), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// clientsVariable names the folder of clients in other languages.
const clientsVariable = "CREDLEASE_CLIENTS"

// clients are conditions, and the file that each is about.
var clients = map[string]string{
	"client:boto3": "venv/bin/python",
	"client:js2":   "npm/node_modules/aws-sdk",
}

// boto3 and js2 are sdk in other languages.
func boto3() {
	runClient(filepath.Join(os.Getenv(clientsVariable), "venv", "bin", "python"), "-c",
		"import boto3, sys; print(boto3.Session(profile_name=(sys.argv+[None])[1]).client('sts', region_name='eu-west-1').get_caller_identity()['Arn'])")
}

func js2() {
	os.Setenv("NODE_PATH", filepath.Join(os.Getenv(clientsVariable), "npm", "node_modules"))
	os.Setenv("AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE", "1")
	runClient("node", "-e",
		"const AWS = require('aws-sdk'); new AWS.STS({region: 'eu-west-1', endpoint: process.env.AWS_ENDPOINT_URL}).getCallerIdentity().promise().then(r => console.log(r.Arn), e => { console.error(e.message); process.exit(1) })")
}

func runClient(program string, args ...string) {
	cmd := exec.Command(program, append(args, os.Args[1:]...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	exitLike(cmd.Run())
}

func exitLike(err error) {
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// findings is doctor without what is in order.
func findings() {
	cmd := exec.Command("credlease", append([]string{"doctor"}, os.Args[1:]...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	wrong := false
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, " ") {
			wrong = !strings.HasPrefix(line, "ok ")
		}
		if wrong {
			fmt.Print(line)
		}
	}
	exitLike(err)
}

// mend runs the command that doctor names for what a check found, as a human would
// in his shell: mend shadowed --profile deploy
func mend(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: mend CHECK [FLAG]...")
	}
	_ = ts.Exec("credlease", append([]string{"doctor", "--json"}, args[1:]...)...) // It fails where something is wrong.
	var found []struct{ Check, Verdict, Mend string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &found))
	for _, f := range found {
		if f.Check != args[0] || f.Mend == "" {
			continue
		}
		words := strings.Fields(f.Mend)
		switch words[0] {
		case "unset":
			for _, name := range words[1:] {
				ts.Setenv(name, "")
			}
		case "export":
			for _, assignment := range words[1:] {
				name, value, _ := strings.Cut(assignment, "=")
				ts.Setenv(name, value)
			}
		default:
			ts.Check(ts.Exec("sh", "-c", f.Mend))
		}
		return
	}
	ts.Fatalf("doctor names no command for %s: %+v", args[0], found)
}
