package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"credlease/internal/standin"
	"credlease/internal/testfolder"

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
