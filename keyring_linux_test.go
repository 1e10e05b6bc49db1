package main

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"credlease/internal/realkeyring"

	"github.com/godbus/dbus"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestKeyring runs the scripts that start real keyrings, each for itself alone.
func TestKeyring(t *testing.T) {
	params := scripts(t, "testdata/keyring")
	params.Condition = keyringCondition
	setUp := params.Setup
	params.Setup = func(e *testscript.Env) error {
		e.Values[keyringKey{}] = &scriptKeyring{}
		return setUp(e)
	}
	maps.Copy(params.Cmds, map[string]func(*testscript.TestScript, bool, []string){
		"keyring":   controlKeyring,
		"prompter":  startPrompter,
		"prompts":   prompts,
		"items":     items,
		"user":      becomeUser,
		"bus":       startBus,
		"display":   startDisplay,
		"asked":     asked,
		"silentbus": startSilentBus,
	})
	testscript.Run(t, params)
}

// keyringCondition knows [installed:PROGRAM], and [keyring:NAME] for what has to
// be tried out.
func keyringCondition(condition string) (bool, error) {
	switch condition {
	case "keyring:secret-service":
		return areInstalled(realkeyring.Programs)
	case "keyring:keepassxc":
		return areInstalled(realkeyring.KeePassXCPrograms)
	case "keyring:kwallet":
		return areInstalled(slices.Concat(realkeyring.KWalletPrograms, []string{"Xvfb", "xdotool", "dbus-update-activation-environment"}))
	case "keyring:dialog":
		// The bus starts the desktop's own, of Debian's package gcr.
		if _, err := os.Stat("/usr/share/dbus-1/services/org.gnome.keyring.SystemPrompter.service"); err != nil {
			return succeeds("gcr-prompter", "--version")
		}
		return areInstalled([]string{"Xvfb", "dbus-send", "dbus-update-activation-environment"})
	case "keyring:kernel":
		// It takes root to be other users, whose keyrings are nobody's.
		return succeeds("setpriv", "--reuid=65533", "--regid=65533", "--clear-groups", "keyctl", "show", "@u")
	case "keyring:first-namespaces":
		// In those of a container, all is inside of one. Nothing that could be
		// installed changes that.
		pid, _ := os.Readlink("/proc/self/ns/pid")
		user, _ := os.Readlink("/proc/self/ns/user")
		return pid == "pid:[4026531836]" && user == "user:[4026531837]", nil
	}
	return installed(condition)
}

func areInstalled(programs []string) (bool, error) {
	for _, program := range programs {
		if ok, err := isInstalled(program); !ok || err != nil {
			return ok, err
		}
	}
	return true, nil
}

// succeeds runs a program that has to work where everything is to be tested.
func succeeds(name string, arguments ...string) (bool, error) {
	out, err := exec.Command(name, arguments...).CombinedOutput()
	if err != nil && testAll() {
		return false, fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return err == nil, nil
}

// scriptKeyring is the one that a script has started.
type scriptKeyring struct {
	service  *realkeyring.Service
	prompter *realkeyring.Prompter
}

type keyringKey struct{}

func keyringOf(ts *testscript.TestScript) *scriptKeyring {
	k := ts.Value(keyringKey{}).(*scriptKeyring)
	if k.service == nil {
		ts.Fatalf("no keyring is started")
	}
	return k
}

// controlKeyring starts a gnome-keyring, KeePassXC or KWallet on a bus of its own, and
// does to it what happens to those on desktops:
// keyring unlocked|new|keepassxc|keepassxc-confirm|kwallet, then
// keyring lock|unlock|login|logout|reconfigure|stop|continue|kill|close
func controlKeyring(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: keyring unlocked|new|keepassxc|keepassxc-confirm|kwallet|lock|unlock|login|logout|reconfigure|stop|continue|kill|close")
	}
	switch args[0] {
	case "unlocked":
		startKeyring(ts, realkeyring.StartUnlocked)
	case "new":
		startKeyring(ts, realkeyring.StartNeverUnlocked)
	case "keepassxc", "keepassxc-confirm":
		startKeyring(ts, func() (*realkeyring.Service, error) {
			return realkeyring.StartKeePassXC(args[0] == "keepassxc-confirm")
		})
	case "kwallet":
		startKeyring(ts, func() (*realkeyring.Service, error) {
			return realkeyring.StartKWallet(ts.MkAbs("home/.config"), ts.Getenv("DISPLAY"))
		})
	case "login":
		ts.Check(keyringOf(ts).service.LogIn())
	case "logout":
		ts.Check(keyringOf(ts).service.CloseWallets())
	case "reconfigure":
		ts.Check(keyringOf(ts).service.Reconfigure())
	case "close":
		ts.Check(keyringOf(ts).service.CloseDatabase())
	case "lock":
		ts.Check(keyringOf(ts).service.Lock())
	case "unlock":
		ts.Check(keyringOf(ts).service.Unlock())
	case "stop":
		ts.Check(keyringOf(ts).service.Daemon.Signal(syscall.SIGSTOP))
	case "continue":
		ts.Check(keyringOf(ts).service.Daemon.Signal(syscall.SIGCONT))
	case "kill":
		ts.Check(keyringOf(ts).service.Daemon.Kill())
		_, err := keyringOf(ts).service.Daemon.Wait()
		ts.Check(err)
	default:
		ts.Fatalf("keyring %s: no such command", args[0])
	}
}

func startKeyring(ts *testscript.TestScript, start func() (*realkeyring.Service, error)) {
	service, err := start()
	ts.Check(err)
	ts.Defer(service.Close)
	ts.Value(keyringKey{}).(*scriptKeyring).service = service
	ts.Setenv("DBUS_SESSION_BUS_ADDRESS", service.Address)
}

// startPrompter answers the dialogs of the keyring: prompter ANSWER
func startPrompter(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: prompter right|wrong|dismissed|silent")
	}
	k := keyringOf(ts)
	var err error
	k.prompter, err = k.service.StartPrompter(realkeyring.Answer(args[0]))
	ts.Check(err)
}

// prompts waits until the prompter was to show so many dialogs, and asserts that
// it were no more: prompts 0
func prompts(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: prompts NUMBER")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	prompter := keyringOf(ts).prompter
	for until := time.Now().Add(10 * time.Second); prompter.Asked() < want && time.Now().Before(until); {
		time.Sleep(10 * time.Millisecond)
	}
	if got := prompter.Asked(); got != want {
		ts.Fatalf("%d dialogs were to be shown, want %d", got, want)
	}
}

// items prints the label and the attributes of each item in a collection, for
// stdout to look at, and fails if there is a secret in them: items login
func items(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: items COLLECTION")
	}
	const api = "org.freedesktop.Secret."
	property := func(path dbus.ObjectPath, name string) any {
		found, err := keyringOf(ts).service.Bus.Object("org.freedesktop.secrets", path).GetProperty(name)
		ts.Check(err)
		return found.Value()
	}
	var text strings.Builder
	collection := dbus.ObjectPath("/org/freedesktop/secrets/collection/" + args[0])
	for _, path := range property(collection, api+"Collection.Items").([]dbus.ObjectPath) {
		attributes := property(path, api+"Item.Attributes").(map[string]string)
		delete(attributes, "xdg:schema") // gnome-keyring gives it to all that it has written to disk.
		fmt.Fprintln(&text, property(path, api+"Item.Label"), attributes)
	}
	for _, secret := range serverOf(ts).Secrets() {
		if strings.Contains(text.String(), secret) {
			ts.Fatalf("a label or an attribute has the secret …%s", secret[len(secret)-4:])
		}
	}
	_, err := ts.Stdout().Write([]byte(text.String()))
	ts.Check(err)
}

// startBus starts a bus without a keyring, and sets BUS to its address:
// bus --session --address=ADDRESS
func startBus(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: bus ARGUMENT...")
	}
	cmd := exec.Command("dbus-daemon", append([]string{"--nofork", "--print-address"}, args...)...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name)) // What it starts is to use the script's folders.
	}
	ts.Setenv("BUS", startPrinting(ts, cmd))
}

// startDisplay starts an X server that nobody looks at, and sets DISPLAY: display
func startDisplay(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: display")
	}
	cmd := exec.Command("Xvfb", "-noreset", "-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "640x480x24")
	ts.Setenv("DISPLAY", ":"+startPrinting(ts, cmd))
}

// startPrinting starts what ends with the script, and returns the line that it
// prints first.
func startPrinting(ts *testscript.TestScript, cmd *exec.Cmd) string {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	return strings.TrimSpace(line)
}

// startSilentBus takes connections at a path and never answers; with full, it
// does not even take them: silentbus PATH [full]
func startSilentBus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: silentbus PATH [full]")
	}
	listener, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	ts.Check(err)
	ts.Defer(func() { syscall.Close(listener) })
	address := &syscall.SockaddrUnix{Name: ts.MkAbs(args[0])}
	ts.Check(syscall.Bind(listener, address))
	// The kernel takes connections up to the backlog, though nobody accepts them.
	backlog := 100
	if len(args) == 2 {
		backlog = 0
	}
	ts.Check(syscall.Listen(listener, backlog))
	if backlog == 0 {
		first, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		ts.Check(err)
		ts.Defer(func() { syscall.Close(first) })
		ts.Check(syscall.Connect(first, address))
	}
}

// asked waits until an operation was asked for so often: asked AssumeRole 1
func asked(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: asked OPERATION NUMBER")
	}
	for until := time.Now().Add(10 * time.Second); fmt.Sprint(serverOf(ts).Calls(args[0])) != args[1]; {
		if time.Now().After(until) {
			ts.Fatalf("%s was called %d times, want %s", args[0], serverOf(ts).Calls(args[0]), args[1])
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// users counts the users that scripts were given.
var users atomic.Int32

// becomeUser gives the script's folders to a user that nobody else is, and sets
// USER_ID to his: user
func becomeUser(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: user")
	}
	id := 60000 + (os.Getpid()*8+int(users.Add(1)))%5000
	for _, folder := range []string{ts.MkAbs("."), filepath.Dir(ts.Getenv("CREDLEASE"))} {
		for _, open := range []string{folder, filepath.Dir(folder)} {
			ts.Check(os.Chmod(open, 0o711))
		}
	}
	for _, folder := range []string{"home", "run", "state", "data", ".tmp"} {
		ts.Check(os.Chown(ts.MkAbs(folder), id, id))
	}
	ts.Setenv("USER_ID", strconv.Itoa(id))
	ts.Defer(func() {
		_ = exec.Command("setpriv", "--reuid="+strconv.Itoa(id), "--clear-groups", "keyctl", "clear", "@u").Run()
	})
}
