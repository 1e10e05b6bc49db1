package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"credlease/internal/standin"
	"credlease/internal/testfolder"

	"github.com/99designs/keyring"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/rogpeppe/go-internal/testscript"
)

// programs are what scripts can run besides what is installed.
var programs = map[string]func(){
	"credlease": main,
	"sdk":       sdk,
	"totp":      totp,
	"boto3":     boto3,
	"js2":       js2,
	"findings":  findings,
	"shape":     shape,
}

func TestMain(m *testing.M) { testscript.Main(emptying{m}, programs) }

// emptying removes the folder of programs, which testscript could not on Wine.
type emptying struct{ *testing.M }

func (e emptying) Run() int {
	programs, _, _ := strings.Cut(os.Getenv("PATH"), string(filepath.ListSeparator))
	defer func() { _ = testfolder.Remove(programs) }() // testscript tells of what is left.
	return e.M.Run()
}

// sdk is the real consumer: it loads the profile that it is told, if any, as any
// program does, and prints who that makes it.
func sdk() {
	ctx := context.Background()
	var options []func(*config.LoadOptions) error
	if len(os.Args) > 1 {
		options = append(options, config.WithSharedConfigProfile(os.Args[1]))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err == nil {
		var who *sts.GetCallerIdentityOutput
		if who, err = sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil); err == nil {
			fmt.Println(aws.ToString(who.Arn))
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// totp is an MFA device as a program: it prints the code of now, or that of as
// many seconds later as the variable LATER says, and a line to the file ASKED.
func totp() {
	later, _ := strconv.Atoi(os.Getenv("LATER")) // Not set, it is none.
	if asked, err := os.OpenFile(os.Getenv("ASKED"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
		defer asked.Close()
		fmt.Fprintln(asked, "asked")
	}
	fmt.Println(standin.TOTP(standin.DeviceSeed, time.Now().Add(time.Duration(later)*time.Second)))
}

// TestScript runs the scripts that do with the file backend.
func TestScript(t *testing.T) {
	params := scripts(t, "testdata/script", "CREDLEASE_BACKEND=file", "CREDLEASE_FILE_PASSPHRASE="+passphrase)
	params.Cmds["in-readme"] = readTroubles(t).inReadme
	testscript.Run(t, params)
}

// scripts gives every script of a folder a stand-in for AWS, keys of its user
// alice, and folders of its own.
func scripts(t *testing.T, folder string, env ...string) testscript.Params {
	return testscript.Params{
		Dir:                 folder,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition:           installed,
		Setup: func(e *testscript.Env) error {
			server := standin.NewServer()
			e.Values[serverKey{}] = server
			e.Defer(func() {
				server.Close()
				findSecrets(t, e.WorkDir, server.Secrets())
			})
			for _, folder := range []string{"home", "run", "state", "data"} {
				if err := os.Mkdir(filepath.Join(e.WorkDir, folder), 0o700); err != nil {
					return err
				}
			}
			program, err := exec.LookPath("credlease")
			if err != nil {
				return err
			}
			e.Vars = append(e.Vars, testEnv(e.WorkDir, server.URL)...)
			device, err := exec.LookPath("totp")
			if err != nil {
				return err
			}
			docs, err := filepath.Abs("docs")
			if err != nil {
				return err
			}
			e.Vars = append(e.Vars,
				"CREDLEASE="+program,
				"SDK="+filepath.Join(filepath.Dir(program), "sdk"),
				"TOTP="+device,
				"SERIAL="+standin.DeviceSerial,
				"SEED="+standin.DeviceSeed,
				"DOCS="+docs)
			e.Vars = append(e.Vars, env...)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"aws":         control,
			"calls":       calls,
			"token":       token,
			"age":         age,
			"place":       place,
			"sizes":       sizes,
			"credentials": credentials,
			"request":     request,
			"signin":      signin,
			"mend":        mend,
		},
	}
}

type serverKey struct{}

const passphrase = "a passphrase for tests"

// files is the folder in which that of the file backend is.
var files = map[bool]string{false: "data", true: "state"}[runtime.GOOS == "windows"]

func testEnv(work, url string) []string {
	return []string{
		"HOME=" + filepath.Join(work, "home"),
		"USERPROFILE=" + filepath.Join(work, "home"),
		"XDG_RUNTIME_DIR=" + filepath.Join(work, "run"),
		"XDG_STATE_HOME=" + filepath.Join(work, "state"),
		"XDG_DATA_HOME=" + filepath.Join(work, "data"),
		"LOCALAPPDATA=" + filepath.Join(work, "state"),
		"FILES=" + filepath.Join(work, files),
		"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent",
		"AWS_ENDPOINT_URL=" + url,
		"AWS_CONFIG_FILE=" + filepath.Join(work, "config"),
		"AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(work, "credentials"),
		"AWS_EC2_METADATA_DISABLED=true",
		"GORACE=atexit_sleep_ms=0", // a second for each process otherwise
		"CONTAINER_TOKEN=" + standin.ContainerToken,
		"REFRESH_TOKEN=" + standin.RefreshToken,
		"ALICE_ID=" + standin.AccessKeyID,
		"ALICE_SECRET=" + standin.SecretAccessKey,
		"GUEST_POOL=" + standin.GuestPool,
		"LOGIN_POOL=" + standin.LoginPool,
		"ENHANCED_POOL=" + standin.EnhancedPool,
		"MAPPED_POOL=" + standin.MappedPool,
		"BARE_POOL=" + standin.BarePool,
		"ROLE=arn:aws:iam::" + standin.Account + ":role",
		"ROLE_SESSION=arn:aws:sts::" + standin.Account + ":assumed-role",
	}
}

func serverOf(ts *testscript.TestScript) *standin.Server {
	return ts.Value(serverKey{}).(*standin.Server)
}

// control posts to the stand-in's controls: aws fault?kind=throttle
func control(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: aws CONTROL?NAME=VALUE")
	}
	answer, err := http.Post(serverOf(ts).URL+"/_standin/"+args[0], "", nil)
	ts.Check(err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(answer.Body)
		ts.Fatalf("aws %s: %s", args[0], text)
	}
}

// calls asserts how often an operation was asked for: calls AssumeRole 1
func calls(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: calls OPERATION NUMBER")
	}
	if got := fmt.Sprint(serverOf(ts).Calls(args[0])); got != args[1] {
		ts.Fatalf("%s was called %s times, want %s", args[0], got, args[1])
	}
}

// request prints the parameters of the last request for an operation, a line
// each: request AssumeRole
func request(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: request OPERATION")
	}
	last, ok := serverOf(ts).Last(args[0])
	if !ok {
		ts.Fatalf("%s was not called", args[0])
	}
	fmt.Fprintf(ts.Stdout(), "by %s\n", last.AccessKeyID)
	for _, name := range slices.Sorted(maps.Keys(last.Parameters)) {
		fmt.Fprintf(ts.Stdout(), "%s = %v\n", name, last.Parameters[name])
	}
}

// token writes an identity provider's token to a file, with Google's issuer if no
// claim says another: token FILE SUBJECT LIFETIME [CLAIM=VALUE[,VALUE]]...
func token(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: token FILE SUBJECT LIFETIME [CLAIM=VALUE[,VALUE]]...")
	}
	lifetime, err := time.ParseDuration(args[2])
	ts.Check(err)
	claims := map[string]any{}
	for _, text := range args[3:] {
		name, value, _ := strings.Cut(text, "=")
		claims[name] = value
		if strings.HasSuffix(name, "roles") {
			claims[name] = strings.Split(value, ",")
		}
	}
	jwt := standin.JWT("https://accounts.google.com", args[1], "an app", time.Now().Add(lifetime), claims)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(jwt+"\n"), 0o600))
}

// signin writes what "aws sso login" does, for a start URL or the name of an
// sso-session, or what "aws login" does, for a login_session:
// signin sso|login NAME LIFETIME [REFRESHTOKEN]
func signin(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: signin sso|login NAME LIFETIME [REFRESHTOKEN]")
	}
	lifetime, err := time.ParseDuration(args[2])
	ts.Check(err)
	expires := time.Now().Add(lifetime).UTC().Format(time.RFC3339)
	refresh := append(args, "")[3]
	var name string
	token := map[string]any{"clientId": "a client", "refreshToken": refresh}
	switch args[0] {
	case "sso":
		name = fmt.Sprintf("%x", sha1.Sum([]byte(args[1])))
		token["accessToken"], token["expiresAt"] = standin.SSOToken, expires
		if refresh != "" {
			token["clientSecret"], token["registrationExpiresAt"] = "a client's secret", expires
		}
	case "login":
		name = fmt.Sprintf("%x", sha256.Sum256([]byte(args[1])))
		token["accessToken"] = map[string]any{
			"accessKeyId": standin.LoginAccessKeyID, "secretAccessKey": standin.LoginSecretAccessKey, "sessionToken": standin.LoginSessionToken,
			"accountId": standin.Account, "expiresAt": expires,
		}
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		ts.Check(err)
		der, err := x509.MarshalECPrivateKey(key)
		ts.Check(err)
		token["tokenType"], token["dpopKey"] = "aws_sigv4", string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
	}
	folder := filepath.Join(ts.Getenv("HOME"), ".aws", args[0], "cache")
	ts.Check(os.MkdirAll(folder, 0o700))
	data, err := json.Marshal(token)
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(folder, name+".json"), data, 0o600))
}

// age makes every lease in the file backend older by a time, as if that much of
// it had gone by: age 50m
func age(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: age TIME")
	}
	by, err := time.ParseDuration(args[0])
	ts.Check(err)
	changeLeases(ts, func(data []byte) []byte {
		var lease map[string]any
		ts.Check(json.Unmarshal(data, &lease))
		older(ts, lease, "issued", by)
		older(ts, lease["document"].(map[string]any), "Expiration", by)
		data, err := json.Marshal(lease)
		ts.Check(err)
		return data
	})
}

// place puts what is in a file in the place of every lease in the file backend, as
// another program would: place FILE
func place(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: place FILE")
	}
	data := ts.ReadFile(args[0])
	changeLeases(ts, func([]byte) []byte { return []byte(data) })
}

func changeLeases(ts *testscript.TestScript, change func([]byte) []byte) {
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends:  []keyring.BackendType{keyring.FileBackend},
		FileDir:          filepath.Join(ts.Getenv("FILES"), "credlease", "keyring"),
		FilePasswordFunc: keyring.FixedStringPrompt(passphrase),
	})
	ts.Check(err)
	names, err := ring.Keys()
	ts.Check(err)
	var changed int
	for _, name := range names {
		if !strings.Contains(name, "-lease-") {
			continue
		}
		item, err := ring.Get(name)
		ts.Check(err)
		item.Data = change(item.Data)
		ts.Check(ring.Set(item))
		changed++
	}
	if changed == 0 {
		ts.Fatalf("no lease is kept")
	}
}

func older(ts *testscript.TestScript, of map[string]any, field string, by time.Duration) {
	at, err := time.Parse(time.RFC3339, of[field].(string))
	ts.Check(err)
	of[field] = at.Add(-by).UTC().Format(time.RFC3339)
}

// sizes has a role's credentials minted and then found in the keyring, with session
// tokens from 200 bytes to 12 kB, and forgotten again: sizes credlease
func sizes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: sizes PROGRAM [ARGUMENT]...")
	}
	run := func(arguments ...string) string {
		arguments = slices.Concat(args, arguments)
		ts.Check(ts.Exec(arguments[0], arguments[1:]...))
		if stderr := ts.ReadFile("stderr"); stderr != "" {
			ts.Fatalf("%v wrote to stderr", arguments)
		}
		return ts.ReadFile("stdout")
	}
	server := serverOf(ts)
	role := fmt.Sprintf("Sized%d", os.Getpid()) // A keyring may be used by other tests as well.
	for _, n := range []int{200, 1000, 2400, 4000, 8000, 12_000} {
		server.SetTokenSize(n)
		minted := run("assume-role", "--role-arn", ts.Getenv("ROLE")+"/"+role)
		calls := server.Calls("AssumeRole")
		found := run("assume-role", "--role-arn", ts.Getenv("ROLE")+"/"+role)
		if len(minted) < n || found != minted || server.Calls("AssumeRole") != calls {
			ts.Fatalf("%d bytes: %d were minted, and %d found", n, len(minted), len(found))
		}
		if cleared := run("clear", role); !strings.HasPrefix(cleared, "1 lease forgotten.") {
			ts.Fatalf("%d bytes: %s", n, cleared)
		}
	}
}

// credentials prints the names of what we have in Windows's Credential Manager, or
// puts something of a name there: credentials [NAME]
func credentials(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: credentials [NAME]")
	}
	manager, err := keyring.Open(keyring.Config{
		AllowedBackends: []keyring.BackendType{keyring.WinCredBackend},
		ServiceName:     "credlease",
		WinCredPrefix:   "credlease",
	})
	ts.Check(err)
	if len(args) == 1 {
		ts.Check(manager.Set(keyring.Item{Key: args[0], Data: []byte("a part")}))
		return
	}
	names, err := manager.Keys()
	ts.Check(err)
	_, err = ts.Stdout().Write([]byte(strings.Join(names, "\n")))
	ts.Check(err)
}

// installed is the condition [installed:PROGRAM].
func installed(condition string) (bool, error) {
	if file, ok := clients[condition]; ok {
		_, err := os.Stat(filepath.Join(os.Getenv(clientsVariable), file))
		if err != nil && testAll() {
			return false, err
		}
		return err == nil, nil
	}
	program, ok := strings.CutPrefix(condition, "installed:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", condition)
	}
	return isInstalled(program)
}

// isInstalled looks for a program. Where everything is to be tested, it is an
// error that one is missing.
func isInstalled(program string) (bool, error) {
	_, err := exec.LookPath(program)
	if err != nil && testAll() {
		return false, err
	}
	return err == nil, nil
}

// testAll holds where nothing is to be skipped.
func testAll() bool { return os.Getenv("CREDLEASE_TEST_ALL") == "1" }

// need skips a test for which a program is not installed.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if ok, err := isInstalled(program); err != nil {
			t.Fatal(err)
		} else if !ok {
			t.Skipf("%s is not installed", program)
		}
	}
}

// findSecrets looks for what must not be there in all that credlease wrote.
func findSecrets(t *testing.T, work string, secrets []string) {
	secrets = append(secrets, standin.SecretAccessKey, standin.BobSecretAccessKey)
	for _, folder := range []string{"home", "run", "state", "data", ".tmp"} {
		err := filepath.WalkDir(filepath.Join(work, folder), func(path string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil // A keyring that ends takes its socket with it.
			case err != nil || !d.Type().IsRegular():
				return err
			}
			data, err := os.ReadFile(path)
			for _, secret := range secrets {
				if strings.Contains(string(data), secret) {
					t.Errorf("%s has the secret …%s in plain text", path, secret[len(secret)-4:])
				}
			}
			return err
		})
		if err != nil {
			t.Errorf("look for secrets: %v", err)
		}
	}
}
