package ring

import (
	"context"
	"errors"
	"time"

	"github.com/godbus/dbus"
)

// answerLimit is for an answer that waits for no human.
const answerLimit = 5 * time.Second

var (
	errDismissed  = errors.New("its dialog was dismissed, or could not be shown: there may be no display")
	errUnanswered = errors.New("nobody answered its dialog in time")
)

// Unlock opens the default collection of the Secret Service, which may ask for
// its password in a dialog of its own.
func Unlock(ctx context.Context) error {
	bus, err := sessionBus("secret-service")
	if err != nil {
		return err
	}
	soon, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	path, err := defaultCollection(soon, bus)
	if err != nil {
		return err
	}
	signals := make(chan *dbus.Signal, 16)
	bus.Signal(signals)
	if err := watchPrompts(bus).Err; err != nil {
		return err
	}
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err = bus.Object(secretService, secretServicePath).
		CallWithContext(ctx, serviceInterface+"Unlock", 0, []dbus.ObjectPath{path}).
		Store(&unlocked, &prompt)
	if err != nil {
		return err
	}
	if prompt != noObject {
		if err := answerPrompt(ctx, bus, prompt, signals); err != nil {
			return err
		}
	}
	locked, err := isLocked(bus, path)
	if err == nil && locked {
		err = errors.New("it is still locked")
	}
	return err
}

// answerPrompt shows the keyring's own dialog and waits until it is closed.
func answerPrompt(ctx context.Context, bus *dbus.Conn, prompt dbus.ObjectPath, signals <-chan *dbus.Signal) error {
	err := bus.Object(secretService, prompt).CallWithContext(ctx, "org.freedesktop.Secret.Prompt.Prompt", 0, "").Err
	if err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return errUnanswered
		case signal := <-signals:
			if signal.Path != prompt || len(signal.Body) == 0 {
				continue
			}
			if dismissed, ok := signal.Body[0].(bool); ok && dismissed {
				return errDismissed
			}
			return nil
		}
	}
}
