// Package realkeyring starts a real keyring, gnome-keyring, KeePassXC or KWallet, on a
// private bus, for tests and measurements. It is never linked into the binary.
package realkeyring

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/godbus/dbus"
)

// Programs are those that have to be installed: Debian's packages dbus and
// gnome-keyring.
var Programs = []string{"dbus-daemon", "gnome-keyring-daemon"}

// A Service is a Secret Service with folders of its own.
type Service struct {
	// Env is what a program needs in its environment to find the service.
	Env    []string
	Daemon *os.Process
	// Address is that of the bus, and Bus a connection to it.
	Address string
	Bus     *dbus.Conn

	collection dbus.ObjectPath // the default one
	prompters  []*Prompter
	folder     string
	started    []*exec.Cmd
	lastWords  bytes.Buffer
}

// Password is that of the login collection.
const Password = "the keyring's password"

const (
	service   = "org.freedesktop.secrets"
	root      = dbus.ObjectPath("/org/freedesktop/secrets")
	login     = root + "/collection/login"
	patience  = 10 * time.Second
	pollEvery = 10 * time.Millisecond
)

// StartUnlocked starts a service whose default collection is open, as it is after
// a login on a desktop.
func StartUnlocked() (*Service, error) { return start(Password, "--unlock") }

// StartNeverUnlocked starts a service without a default collection, as it is on a
// machine that nobody has logged in to.
func StartNeverUnlocked() (*Service, error) { return start("") }

// start ends what it has started if the service does not come up.
func start(password string, arguments ...string) (*Service, error) {
	s, err := newService(login)
	if err == nil {
		err = s.startGnomeKeyring(password, arguments)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("start gnome-keyring: %w", err)
	}
	return s, nil
}

// newService has a bus, and nothing on it. It is to be closed even if it fails.
func newService(collection dbus.ObjectPath) (*Service, error) {
	s := &Service{collection: collection}
	var err error
	if s.folder, err = os.MkdirTemp("", "realkeyring-"); err != nil {
		return s, err
	}
	for _, folder := range []string{"home", "run", "data"} {
		if err := os.Mkdir(filepath.Join(s.folder, folder), 0o700); err != nil {
			return s, err
		}
	}
	s.Env = []string{
		"HOME=" + filepath.Join(s.folder, "home"),
		"XDG_RUNTIME_DIR=" + filepath.Join(s.folder, "run"),
		"XDG_DATA_HOME=" + filepath.Join(s.folder, "data"),
		"DISPLAY=",
		"WAYLAND_DISPLAY=",
	}
	if s.Address, err = s.startBus(); err != nil {
		return s, err
	}
	s.Env = append(s.Env, "DBUS_SESSION_BUS_ADDRESS="+s.Address)
	s.Bus, err = dial(s.Address)
	return s, err
}

func (s *Service) startGnomeKeyring(password string, arguments []string) error {
	arguments = append([]string{"--foreground", "--components=secrets"}, arguments...)
	daemon := s.command("gnome-keyring-daemon", arguments...)
	daemon.Stdin = strings.NewReader(password)
	daemon.Stderr = &s.lastWords
	if err := s.run(daemon); err != nil {
		return err
	}
	s.Daemon = daemon.Process
	if err := s.waitForOwner(service); err != nil {
		return err
	}
	// It aborts, now and then, if a new client begins with anything else.
	_, err := s.readAlias()
	return err
}

// startBus returns the address of a bus of our own.
func (s *Service) startBus() (string, error) {
	bus := s.command("dbus-daemon", "--session", "--nofork", "--print-address",
		"--address=unix:path="+filepath.Join(s.folder, "bus"))
	out, err := bus.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := s.run(bus); err != nil {
		return "", err
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	return strings.TrimSpace(address), err
}

// command ends with us, even if we are killed.
func (s *Service) command(name string, arguments ...string) *exec.Cmd {
	cmd := exec.Command(name, arguments...)
	cmd.Env = append(os.Environ(), s.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

func (s *Service) run(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	s.started = append(s.started, cmd)
	return nil
}

func dial(address string) (*dbus.Conn, error) {
	bus, err := dbus.Dial(address)
	if err != nil {
		return nil, err
	}
	return bus, errors.Join(bus.Auth(nil), bus.Hello())
}

func (s *Service) waitForOwner(name string) error {
	return s.wait("it does not take its name on the bus", func() (owned bool, err error) {
		err = s.Bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned)
		return owned, err
	})
}

// wait returns when a condition holds, and otherwise its trouble as an error.
func (s *Service) wait(trouble string, condition func() (bool, error)) error {
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(pollEvery) {
		if ok, err := condition(); ok || err != nil {
			return err
		}
	}
	return errors.New(trouble)
}

// Lock locks the default collection.
func (s *Service) Lock() error {
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err := s.Bus.Object(service, root).
		Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{s.collection}).
		Store(&locked, &prompt)
	if err == nil {
		err = s.prompt(prompt)
	}
	if err != nil {
		return err
	}
	// KeePassXC takes the collection away for a moment.
	return s.wait("it stays unlocked", func() (bool, error) {
		locked, err := s.isLocked()
		return locked && err == nil, nil
	})
}

// prompt lets the service do what it does not do without being asked twice.
func (s *Service) prompt(path dbus.ObjectPath) error {
	if path == "/" {
		return nil
	}
	return s.Bus.Object(service, path).Call("org.freedesktop.Secret.Prompt.Prompt", 0, "").Err
}

func (s *Service) isLocked() (bool, error) {
	locked, err := s.Bus.Object(service, s.collection).GetProperty("org.freedesktop.Secret.Collection.Locked")
	return err == nil && locked.Value() == true, err
}

// Unlock opens the default collection with its password, as a login does.
func (s *Service) Unlock() error {
	secrets := s.Bus.Object(service, root)
	var none dbus.Variant
	var session dbus.ObjectPath
	err := secrets.Call("org.freedesktop.Secret.Service.OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&none, &session)
	if err != nil {
		return err
	}
	master := struct {
		Session           dbus.ObjectPath
		Parameters, Value []byte
		ContentType       string
	}{session, []byte{}, []byte(Password), "text/plain"}
	return secrets.Call("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword", 0, login, master).Err
}

// Items is the number of items in the default and the session collection.
func (s *Service) Items() (int, error) {
	var items int
	for _, collection := range []dbus.ObjectPath{login, root + "/collection/session"} {
		property, err := s.Bus.Object(service, collection).GetProperty("org.freedesktop.Secret.Collection.Items")
		if err != nil {
			return 0, err
		}
		paths, _ := property.Value().([]dbus.ObjectPath)
		items += len(paths)
	}
	return items, nil
}

// Close ends the service and removes its folders.
func (s *Service) Close() {
	for _, p := range s.prompters {
		p.close()
	}
	if s.Bus != nil {
		s.Bus.Close()
	}
	for _, cmd := range slices.Backward(s.started) {
		_ = cmd.Process.Signal(syscall.SIGCONT)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		s.tellDeath(cmd)
	}
	os.RemoveAll(s.folder)
}

// tellDeath shows what a program that has died of itself said last. Gnome-keyring 42.1
// does so in the middle of a test, rarely, of SIGTRAP.
func (s *Service) tellDeath(cmd *exec.Cmd) {
	if cmd.ProcessState == nil {
		return // The test has waited for it.
	}
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() && status.Signal() != syscall.SIGKILL {
		fmt.Fprintf(os.Stderr, "%s died, %s: %s\n", cmd.Path, status.Signal(), &s.lastWords)
	}
}
