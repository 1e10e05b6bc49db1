// Moto runs every flow that moto's server knows, with roles and identity pools
// that boto3 has made there: each is minted by the calls that it is to make,
// signed or not, then answered from a real gnome-keyring, and read by boto3.
//
//	python3 -m venv V && V/bin/pip install 'moto[server]' boto3
//	go run ./conformance/moto -clients V/bin
//
// It prints a line for each flow, and ends at the first that is not so. What moto
// does not check, which is most of it, the stand-in does in go test.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"credlease/internal/standin"
	"credlease/internal/testbed"
)

func main() {
	clients := flag.String("clients", "", "folder with python and moto_server")
	flag.Parse()
	if err := run(*clients); err != nil {
		fmt.Fprintln(os.Stderr, "moto:", err)
		os.Exit(1)
	}
}

func run(clients string) error {
	bed, err := testbed.New()
	if err != nil {
		return err
	}
	defer bed.Close()
	moto, err := testbed.StartMoto(filepath.Join(clients, "moto_server"))
	if err != nil {
		return err
	}
	defer moto.Close()
	r := &runner{bed: bed, moto: moto, python: filepath.Join(clients, "python")}
	r.env = append(slices.Clone(bed.Env),
		"AWS_ENDPOINT_URL="+moto.URL,
		"AWS_CONFIG_FILE="+filepath.Join(bed.Folder, "config"),
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(bed.Folder, "none"))
	made, err := r.make()
	if err != nil {
		return err
	}
	for _, f := range flows(made, bed.Folder) {
		if err := r.check(f); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

type runner struct {
	bed    *testbed.Bed
	moto   *testbed.Moto
	python string
	env    []string
}

// made is what there is at moto.
type made struct{ Role, Pool string }

// making is what a pool's owner does, and prints what a profile has to name.
const making = `
import boto3, json
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
role = boto3.client("iam", region_name="eu-west-1").create_role(RoleName="Moto", AssumeRolePolicyDocument=json.dumps(trust))
pool = boto3.client("cognito-identity", region_name="eu-west-1").create_identity_pool(
    IdentityPoolName="moto", AllowUnauthenticatedIdentities=True, AllowClassicFlow=True,
    DeveloperProviderName="login.moto", SupportedLoginProviders={"accounts.google.com": "app"})
print(json.dumps({"Role": role["Role"]["Arn"], "Pool": pool["IdentityPoolId"]}))
`

// reading is a client that loads a profile, and says who that makes it.
const reading = `
import boto3, sys
session = boto3.Session(profile_name=sys.argv[1])
print(session.get_credentials().access_key, session.client("sts").get_caller_identity()["Arn"])
`

func (r *runner) make() (made, error) {
	out, err := r.output(r.python, "-c", making)
	if err != nil {
		return made{}, err
	}
	r.moto.Calls()
	var m made
	return m, json.Unmarshal(out, &m)
}

func (r *runner) output(program string, arguments ...string) ([]byte, error) {
	cmd := exec.Command(program, arguments...)
	cmd.Env = r.env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil && stderr.Len() > 0 {
		err = errors.New("it wrote to stderr")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", filepath.Base(program), err, stderr.Bytes())
	}
	return out, nil
}

// A flow is a command line, the calls that it is to make, and who that makes the
// caller: moto knows its roles' sessions, while a pool's are constants to it.
type flow struct {
	name, arguments string
	calls           []testbed.Call
	arn             string
}

func signed(operation string) testbed.Call   { return testbed.Call{Operation: operation, Signed: true} }
func unsigned(operation string) testbed.Call { return testbed.Call{Operation: operation} }

func flows(m made, folder string) []flow {
	token := filepath.Join(folder, "token")
	pool := "cognito --identity-pool-id " + m.Pool
	login := " --login accounts.google.com=file:" + token
	developer := " --developer-provider login.moto --developer-user ann --principal-tag team=blue --token-duration 5m --credential-source Environment"
	classic := " --classic --role-session-name moto --duration-seconds 2h --policy " + filepath.Join(folder, "policy.json") + " --role-arn " + m.Role
	sessions := "arn:aws:sts::123456789012:assumed-role/Moto/"
	session := sessions + "moto"
	getID, credentials, assume := unsigned("GetId"), unsigned("GetCredentialsForIdentity"), unsigned("AssumeRoleWithWebIdentity")
	device := " --mfa-serial arn:aws:iam::123456789012:mfa/moto --mfa-process " + filepath.Join(folder, "code")
	return []flow{
		{"session-token", "session-token", []testbed.Call{signed("GetSessionToken")}, ""},
		{"assume-role, with MFA", "assume-role --role-session-name mfa" + device + " --role-arn " + m.Role, []testbed.Call{signed("GetSessionToken"), signed("AssumeRole")}, sessions + "mfa"},
		{"session-token, with MFA", "session-token" + device, nil, ""},
		{"assume-role, MFA without a session", "assume-role --role-session-name once --no-mfa-session" + device + " --role-arn " + m.Role, []testbed.Call{signed("AssumeRole")}, sessions + "once"},
		{"assume-role", "assume-role --role-session-name moto --role-arn " + m.Role, []testbed.Call{signed("AssumeRole")}, session},
		{"assume-role, every parameter", "assume-role --role-session-name moto --duration-seconds 2h --external-id moto --tag team=blue --transitive-tag-key team --source-identity ann --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess --policy " + filepath.Join(folder, "policy.json") + " --role-arn " + m.Role, []testbed.Call{signed("AssumeRole")}, session},
		{"web identity", "assume-role --role-session-name moto --web-identity-token file:" + token + " --role-arn " + m.Role, []testbed.Call{assume}, session},
		{"cognito, a guest", pool, []testbed.Call{getID, credentials}, ""},
		{"cognito, a login", pool + login, []testbed.Call{getID, credentials}, ""},
		{"cognito, a role of the token's", pool + login + " --custom-role-arn " + m.Role, []testbed.Call{credentials}, ""},
		{"cognito, a developer's user", pool + developer, []testbed.Call{signed("GetOpenIdTokenForDeveloperIdentity"), credentials}, ""},
		{"cognito, classic, a guest", pool + classic, []testbed.Call{unsigned("GetOpenIdToken"), assume}, session},
		{"cognito, classic, a login", pool + login + classic, []testbed.Call{unsigned("GetOpenIdToken"), assume}, session},
		{"cognito, classic, a developer's user", pool + login + developer + classic, []testbed.Call{signed("GetOpenIdTokenForDeveloperIdentity"), assume}, session},
	}
}

// check mints by the calls that are expected, and no other; the next run and
// boto3 are answered from the keyring.
func (r *runner) check(f flow) error {
	if err := r.write(f); err != nil {
		return err
	}
	program := filepath.Join(r.bed.Folder, "credlease")
	first, err := r.output(program, strings.Fields(f.arguments)...)
	if err != nil {
		return err
	}
	if calls := r.moto.Calls(); !slices.Equal(calls, f.calls) {
		return fmt.Errorf("the calls were %v, want %v", calls, f.calls)
	}
	var document struct{ AccessKeyId, Expiration string }
	if err := json.Unmarshal(first, &document); err != nil {
		return err
	}
	second, err := r.output(program, strings.Fields(f.arguments)...)
	if err != nil {
		return err
	}
	if calls := r.moto.Calls(); !bytes.Equal(first, second) || len(calls) > 0 {
		return fmt.Errorf("the second run is no hit: %v", calls)
	}
	read, err := r.output(r.python, "-c", reading, "moto")
	if err != nil {
		return err
	}
	if calls := r.moto.Calls(); !slices.Equal(calls, []testbed.Call{signed("GetCallerIdentity")}) {
		return fmt.Errorf("boto3's calls were %v", calls)
	}
	if !strings.HasPrefix(string(read), document.AccessKeyId+" ") || !strings.HasSuffix(strings.TrimSpace(string(read)), f.arn) {
		return fmt.Errorf("boto3 is %s, not %s %s", bytes.TrimSpace(read), document.AccessKeyId, f.arn)
	}
	fmt.Printf("%s: %v, then a hit, and boto3 reads it\n", f.name, f.calls)
	return nil
}

// write makes the profile that boto3 loads, and the files that it names.
func (r *runner) write(f flow) error {
	token := standin.JWT("https://accounts.google.com", "ann", "app", time.Now().Add(time.Hour))
	var failed error
	for name, text := range map[string]string{
		"config":      "[profile moto]\nregion = eu-west-1\ncredential_process = " + filepath.Join(r.bed.Folder, "credlease") + " " + f.arguments + "\n",
		"token":       token,
		"policy.json": `{"Version":"2012-10-17","Statement":[]}`,
		"code":        "#!/bin/sh\nprintf '%06d\\n' $(($(date +%N | sed 's/^0*//') / 1000))\n",
	} {
		failed = errors.Join(failed, os.WriteFile(filepath.Join(r.bed.Folder, name), []byte(text), 0o700))
	}
	return failed
}
