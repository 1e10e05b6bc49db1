package ring

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus"
)

// Names are those of KWallet's D-Bus interface, org.kde.KWallet.xml in its sources.
const (
	kwalletService   = "org.kde.kwalletd5"
	kwalletPath      = dbus.ObjectPath("/modules/kwalletd5")
	kwalletInterface = "org.kde.KWallet."
	kwalletApp       = "credlease"
)

// kwallet is the Ring of KDE's default wallet, which a login opens.
type kwallet struct {
	Ring
	daemon dbus.BusObject
	name   string
	handle int32
}

// KWallet opens the default wallet where nobody has to be asked for its password, or
// for leave to use it.
func KWallet() (Ring, error) {
	ctx := context.Background()
	w, err := findKWallet(ctx)
	if err != nil {
		return nil, err
	}
	switch asks, err := w.asks(ctx); {
	case err != nil:
		return nil, fmt.Errorf("kwallet: %w", err)
	case asks:
		return nil, fmt.Errorf("kwallet: %w", ErrLocked)
	}
	if err := w.open(ctx); err != nil {
		return nil, err
	}
	w.Ring, err = open(keyring.Config{ServiceName: w.name, KWalletAppID: kwalletApp, KWalletFolder: "credlease"}, keyring.KWalletBackend)
	return w, err
}

// UnlockKWallet opens the default wallet, in dialogs of KWallet's own.
func UnlockKWallet(ctx context.Context) error {
	soon, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	w, err := findKWallet(soon)
	if err != nil {
		return err
	}
	err = w.open(ctx)
	switch {
	case errors.Is(err, ErrLocked):
		return errDismissed
	case errors.Is(err, context.DeadlineExceeded):
		return errUnanswered
	}
	return err
}

func findKWallet(ctx context.Context) (*kwallet, error) {
	bus, err := sessionBus("kwallet")
	if err != nil {
		return nil, err
	}
	w := &kwallet{daemon: bus.Object(kwalletService, kwalletPath)}
	var isEnabled bool
	if err := w.call(ctx, "isEnabled").Store(&isEnabled); err != nil {
		return nil, fmt.Errorf("kwallet: %w", absentOr(err))
	}
	if !isEnabled {
		return nil, absent("kwallet: it is switched off in KDE's settings")
	}
	if err := w.call(ctx, "networkWallet").Store(&w.name); err != nil {
		return nil, fmt.Errorf("kwallet: %w", err)
	}
	return w, nil
}

func (w *kwallet) call(ctx context.Context, method string, arguments ...any) *dbus.Call {
	return w.daemon.CallWithContext(ctx, kwalletInterface+method, 0, arguments...)
}

// asks reports whether open would make a dialog appear. A program that was let in
// once is until the wallet is closed.
func (w *kwallet) asks(ctx context.Context) (bool, error) {
	var isOpen bool
	if err := w.call(ctx, "isOpen", w.name).Store(&isOpen); err != nil || !isOpen {
		return true, err
	}
	if !promptsOnOpen(w.name) {
		return false, nil
	}
	var letIn []string
	err := w.call(ctx, "users", w.name).Store(&letIn)
	return !slices.Contains(letIn, kwalletApp), err
}

// open returns [ErrLocked] where the wallet stays closed to us. The library takes
// that for a wallet in which nothing is kept.
func (w *kwallet) open(ctx context.Context) error {
	const noWindow = int64(0)
	err := w.call(ctx, "open", w.name, noWindow, kwalletApp).Store(&w.handle)
	if err == nil && w.handle < 0 {
		err = ErrLocked
	}
	if err != nil {
		return fmt.Errorf("kwallet: %w", err)
	}
	return nil
}

// Set has KWallet write its file at once, and not some seconds later.
func (w *kwallet) Set(name, label string, data []byte) error {
	if err := w.Ring.Set(name, label, data); err != nil {
		return err
	}
	return w.call(context.Background(), "sync", w.handle, kwalletApp).Err
}
