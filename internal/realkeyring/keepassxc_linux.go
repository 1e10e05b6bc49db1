package realkeyring

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/godbus/dbus"
)

// KeePassXCPrograms are those that have to be installed for [StartKeePassXC]:
// Debian's packages dbus and keepassxc.
var KeePassXCPrograms = []string{"dbus-daemon", "keepassxc", "keepassxc-cli"}

const keePassXCCollection = root + "/collection/passwords"

// StartKeePassXC starts KeePassXC as the Secret Service, without a display and
// with an open database as the default collection. With confirm, it asks in a
// dialog before a program reads an item that another has written.
func StartKeePassXC(confirm bool) (*Service, error) {
	s, err := newService(keePassXCCollection)
	if err == nil {
		err = s.startKeePassXC(confirm)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("start KeePassXC: %w", err)
	}
	return s, nil
}

// emptyDatabase is one whose whole content is shared with the Secret Service, by
// the UUID of its root group, in the two forms that KeePassXC has of it.
func emptyDatabase() string {
	group := randomBytes(16)
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<KeePassFile>
  <Meta><CustomData><Item>
    <Key>FDO_SECRETS_EXPOSED_GROUP</Key>
    <Value>{%x-%x-%x-%x-%x}</Value>
  </Item></CustomData></Meta>
  <Root><Group><UUID>%s</UUID><Name>Root</Name></Group></Root>
</KeePassFile>
`, group[:4], group[4:6], group[6:8], group[8:10], group[10:], base64.StdEncoding.EncodeToString(group))
}

func (s *Service) startKeePassXC(confirm bool) error {
	database := filepath.Join(s.folder, "passwords.kdbx")
	settings := filepath.Join(s.folder, "keepassxc.ini")
	// Saved after every change, KeePassXC 2.7.4 crashes when the next comes meanwhile.
	text := fmt.Sprintf("[General]\nAutoSaveAfterEveryChange=false\nAutoSaveOnExit=true\n[FdoSecrets]\nEnabled=true\nShowNotification=false\nConfirmAccessItem=%t\n", confirm)
	if err := errors.Join(
		os.WriteFile(database+".xml", []byte(emptyDatabase()), 0o600),
		os.WriteFile(settings, []byte(text), 0o600),
	); err != nil {
		return err
	}
	// It is one for each user of a folder for temporary files.
	own := []string{"QT_QPA_PLATFORM=offscreen", "TMPDIR=" + s.folder, "XDG_CONFIG_HOME=" + s.folder}

	create := s.command("keepassxc-cli", "import", "--set-password", database+".xml", database)
	create.Env = append(create.Env, own...)
	create.Stdin = strings.NewReader(Password + "\n" + Password + "\n")
	if out, err := create.CombinedOutput(); err != nil {
		return fmt.Errorf("create a database: %w: %s", err, out)
	}
	keepassxc := s.command("keepassxc", "--pw-stdin", "--config", settings, "--localconfig", settings, database)
	keepassxc.Env = append(keepassxc.Env, own...)
	keepassxc.Stdin = strings.NewReader(Password + "\n")
	if err := s.run(keepassxc); err != nil {
		return err
	}
	s.Daemon = keepassxc.Process
	if err := s.waitForOwner(service); err != nil {
		return err
	}
	return s.wait("it does not open its database", func() (bool, error) {
		if path, err := s.readAlias(); path != s.collection {
			return false, err
		}
		locked, err := s.isLocked()
		return !locked && err == nil, err
	})
}

func (s *Service) readAlias() (path dbus.ObjectPath, err error) {
	err = s.Bus.Object(service, root).Call("org.freedesktop.Secret.Service.ReadAlias", 0, "default").Store(&path)
	return path, err
}

// CloseDatabase leaves KeePassXC running without a collection.
func (s *Service) CloseDatabase() error {
	var prompt dbus.ObjectPath
	err := s.Bus.Object(service, s.collection).Call("org.freedesktop.Secret.Collection.Delete", 0).Store(&prompt)
	if err == nil {
		err = s.prompt(prompt)
	}
	if err != nil {
		return err
	}
	return s.wait("its database stays open", func() (bool, error) {
		path, err := s.readAlias()
		return path == "/", err
	})
}
