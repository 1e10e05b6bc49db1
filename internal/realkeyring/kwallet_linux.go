package realkeyring

import (
	"crypto/pbkdf2"
	"crypto/sha512"
	"fmt"
	"os"
	"path/filepath"

	"github.com/godbus/dbus"
)

// KWalletPrograms are those that have to be installed for [StartKWallet]: Debian's
// packages dbus and libkf5wallet-bin.
var KWalletPrograms = []string{"dbus-daemon", "kwalletd5"}

const (
	kwalletService = "org.kde.kwalletd5"
	kwalletPath    = dbus.ObjectPath("/modules/kwalletd5")
)

// StartKWallet starts KDE's wallet, which no login has opened yet. Its settings are
// in a folder of the caller's, and its dialogs on a display.
func StartKWallet(settings, display string) (*Service, error) {
	s, err := newService("")
	if err == nil {
		err = s.startKWallet("XDG_CONFIG_HOME="+settings, "DISPLAY="+display)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("start KWallet: %w", err)
	}
	return s, nil
}

func (s *Service) startKWallet(environment ...string) error {
	kwalletd := s.command("kwalletd5")
	kwalletd.Env = append(kwalletd.Env, environment...)
	if err := s.run(kwalletd); err != nil {
		return err
	}
	s.Daemon = kwalletd.Process
	return s.waitForOwner(kwalletService)
}

// LogIn opens the default wallet as KDE's module for PAM does, and makes it first
// where there is none.
func (s *Service) LogIn() error {
	salt := make([]byte, 56)
	folder := filepath.Join(s.folder, "data", "kwalletd")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "kdewallet.salt"), salt, 0o600); err != nil {
		return err
	}
	key, err := pbkdf2.Key(sha512.New, Password, salt, 50_000, 56)
	if err != nil {
		return err
	}
	// It has no answer.
	if err := s.kwallet("pamOpen", "kdewallet", key, int32(0)).Err; err != nil {
		return err
	}
	return s.wait("its wallet stays closed", func() (isOpen bool, err error) {
		err = s.kwallet("isOpen", "kdewallet").Store(&isOpen)
		return isOpen, err
	})
}

// CloseWallets closes what a login has opened.
func (s *Service) CloseWallets() error { return s.kwallet("closeAllWallets").Err }

// Reconfigure lets KWallet read its settings again.
func (s *Service) Reconfigure() error { return s.kwallet("reconfigure").Err }

func (s *Service) kwallet(method string, arguments ...any) *dbus.Call {
	return s.Bus.Object(kwalletService, kwalletPath).Call("org.kde.KWallet."+method, 0, arguments...)
}
