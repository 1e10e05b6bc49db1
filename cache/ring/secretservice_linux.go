package ring

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"credlease/internal/busguard"
	"credlease/internal/load"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus"
	"github.com/gsterjov/go-libsecret"
)

// What is asked of the Secret Service directly is what the library does not ask
// before it prompts: which collection is the default one, whether it is locked,
// and whether our item is. Names are those of the Secret Service API,
// https://specifications.freedesktop.org/secret-service/latest/
const (
	secretService     = "org.freedesktop.secrets"
	secretServicePath = dbus.ObjectPath("/org/freedesktop/secrets")
	collectionPrefix  = "/org/freedesktop/secrets/collection/"
	sessionCollection = dbus.ObjectPath(collectionPrefix + "session")
	noObject          = dbus.ObjectPath("/")

	serviceInterface    = "org.freedesktop.Secret.Service."
	collectionInterface = "org.freedesktop.Secret.Collection."
	itemInterface       = "org.freedesktop.Secret.Item."
)

// SecretService opens the default collection, once. Which one that is, is asked and
// answered before anything else: gnome-keyring 42.1 aborts now and then when a client
// that is new to it begins by opening a session, as the library does, or by reading a
// property.
var SecretService = sync.OnceValues(func() (Ring, error) {
	bus, err := sessionBus("secret-service")
	if err != nil {
		return nil, err
	}
	path, err := defaultCollection(context.Background(), bus)
	if err != nil {
		return nil, err
	}
	return openCollection(bus, path)
})

// start begins a call and returns a function that waits for what it returns. A
// panic is that of whoever waits, who is ready for it.
func start[T any](call func() (T, error)) func() (T, error) {
	wait := sync.OnceValues(call)
	go func() {
		defer func() { _ = recover() }()
		_, _ = wait()
	}()
	return wait
}

// SecretServiceSession opens the collection that gnome-keyring keeps in memory,
// and that is never locked. It is for whoever has tried [SecretService].
func SecretServiceSession() (Ring, error) {
	bus, err := sessionBus("secret-service")
	if err != nil {
		return nil, err
	}
	return openCollection(bus, sessionCollection)
}

// sessionBus returns the bus that a keyring is on. Its name is for the error.
func sessionBus(keyring string) (*dbus.Conn, error) {
	switch {
	case busguard.Silent:
		return nil, errors.New(keyring + ": the D-Bus session bus does not answer")
	case !busguard.Answers:
		return nil, fmt.Errorf("%s: D-Bus session bus: %w", keyring, ErrAbsent)
	}
	return dbus.SessionBus()
}

// SecretServiceBusy reports whether the service has too much to do to answer in
// time.
func SecretServiceBusy() bool {
	bus, err := sessionBus("secret-service")
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	var pid uint32
	err = bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetConnectionUnixProcessID", 0, secretService).Store(&pid)
	return err == nil && load.Busy(int(pid))
}

func defaultCollection(ctx context.Context, bus *dbus.Conn) (dbus.ObjectPath, error) {
	var path dbus.ObjectPath
	err := bus.Object(secretService, secretServicePath).CallWithContext(ctx, serviceInterface+"ReadAlias", 0, "default").Store(&path)
	if err != nil {
		return noObject, fmt.Errorf("secret-service: %w", absentOr(err))
	}
	if path == noObject {
		return noObject, fmt.Errorf("secret-service: default collection: %w", ErrAbsent)
	}
	return path, nil
}

// collection is the Ring of one collection, which is unlocked.
type collection struct {
	Ring
	bus  *dbus.Conn
	path dbus.ObjectPath
	// itemsLock holds where an item can be locked in an unlocked collection.
	itemsLock bool
}

func openCollection(bus *dbus.Conn, path dbus.ObjectPath) (Ring, error) {
	locked := start(func() (bool, error) { return isLocked(bus, path) })
	itemsLock := start(func() (bool, error) { return itemsLock(bus), nil })
	opened, openErr := open(keyring.Config{LibSecretCollectionName: collectionName(path)}, keyring.SecretServiceBackend)
	switch locked, err := locked(); {
	case err != nil:
		return nil, err
	case locked:
		return nil, fmt.Errorf("secret-service: %w", ErrLocked)
	case openErr != nil:
		return nil, openErr
	}
	itemsMayLock, _ := itemsLock()
	return &collection{Ring: opened, bus: bus, path: path, itemsLock: itemsMayLock}, nil
}

// itemsLock reports whether the service locks items one by one, as KeePassXC
// does to ask before each is read. Gnome-keyring locks the whole collection
// whatever it is told to lock. It is known by its process, which the bus tells and
// the service need not be asked for.
func itemsLock(bus *dbus.Conn) bool {
	var pid uint32
	err := bus.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, secretService).Store(&pid)
	if err != nil {
		return true
	}
	// The kernel keeps 15 bytes of a program's name. See proc_pid_comm(5).
	name, err := os.ReadFile("/proc/" + strconv.Itoa(int(pid)) + "/comm")
	return err != nil || string(name) != "gnome-keyring-d\n"
}

func isLocked(bus *dbus.Conn, path dbus.ObjectPath) (bool, error) {
	property, err := bus.Object(secretService, path).GetProperty(collectionInterface + "Locked")
	if err != nil {
		return true, fmt.Errorf("secret-service: %w", absentOr(err))
	}
	locked, ok := property.Value().(bool)
	return locked || !ok, nil
}

// absentOr tells a service or collection that is not there from one in trouble.
func absentOr(err error) error {
	var answer dbus.Error
	if errors.As(err, &answer) {
		switch answer.Name {
		case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
			"org.freedesktop.DBus.Error.UnknownObject", "org.freedesktop.DBus.Error.UnknownMethod",
			"org.freedesktop.Secret.Error.NoSuchObject":
			return ErrAbsent
		}
	}
	return err
}

// collectionName is how the library names a collection: by the last part of its
// path, in which _xx stands for a byte.
func collectionName(path dbus.ObjectPath) string {
	name := strings.TrimPrefix(string(path), collectionPrefix)
	var plain strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] == '_' && i+3 <= len(name) {
			if decoded, err := hex.DecodeString(name[i+1 : i+3]); err == nil {
				plain.Write(decoded)
				i += 2
				continue
			}
		}
		plain.WriteByte(name[i])
	}
	return plain.String()
}

// Get reads an item, but not one that is locked: the library would prompt.
func (c *collection) Get(name string) ([]byte, error) {
	if c.itemsLock {
		if _, err := c.find(name); err != nil {
			return nil, err
		}
	}
	return c.Ring.Get(name)
}

// find returns the paths of the items of that name. If they are locked, so is
// the store for us.
func (c *collection) find(name string) ([]dbus.ObjectPath, error) {
	var unlocked, locked []dbus.ObjectPath
	err := c.bus.Object(secretService, secretServicePath).
		Call(serviceInterface+"SearchItems", 0, map[string]string{"profile": name}).
		Store(&unlocked, &locked)
	if err != nil {
		return nil, err
	}
	elsewhere := func(item dbus.ObjectPath) bool { return !strings.HasPrefix(string(item), string(c.path)+"/") }
	if len(slices.DeleteFunc(locked, elsewhere)) > 0 {
		return nil, fmt.Errorf("secret-service: %w", ErrLocked)
	}
	return slices.DeleteFunc(unlocked, elsewhere), nil
}

// Set writes an item and labels it for people: the library uses its name.
func (c *collection) Set(name, label string, data []byte) error {
	items, err := c.find(name)
	switch {
	case err != nil:
		return err
	case len(items) > 0 && c.itemsLock:
		err = c.overwrite(items[0], name, data)
	default:
		// KeePassXC broadcasts the end of its prompts, and the library does not ask
		// the bus for broadcasts.
		watchPrompts(c.bus)
		err = c.Ring.Set(name, label, data)
	}
	if err == nil {
		items, err = c.find(name)
	}
	if err != nil {
		return err
	}
	for _, item := range items {
		// A label that is refused does not make the item a worse one.
		_ = c.bus.Object(secretService, item).SetProperty(itemInterface+"Label", dbus.MakeVariant(label))
	}
	return nil
}

// overwrite gives an item a new secret, in the form that the library has for it.
// Asked to replace an item, KeePassXC 2.7 ends a prompt that it has not told of,
// and the one that it has told of never.
func (c *collection) overwrite(item dbus.ObjectPath, name string, data []byte) error {
	value, err := json.Marshal(keyring.Item{Key: name, Data: data})
	if err != nil {
		return err
	}
	service, err := libsecret.NewService()
	if err != nil {
		return err
	}
	session, err := service.Open()
	if err != nil {
		return err
	}
	secret := libsecret.NewSecret(session, []byte{}, value, "application/json")
	return c.bus.Object(secretService, item).Call(itemInterface+"SetSecret", 0, secret).Err
}

func watchPrompts(bus *dbus.Conn) *dbus.Call {
	return bus.BusObject().Call("org.freedesktop.DBus.AddMatch", 0,
		"type='signal',interface='org.freedesktop.Secret.Prompt',member='Completed'")
}

func (c *collection) Remove(name string) error {
	items, err := c.find(name)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return ErrNotKept
	}
	watchPrompts(c.bus)
	return c.Ring.Remove(name)
}

// Names reads the attributes of every item, all at once. The library would take
// the labels for names.
func (c *collection) Names() ([]string, error) {
	items, err := c.bus.Object(secretService, c.path).GetProperty(collectionInterface + "Items")
	if err != nil {
		return nil, err
	}
	paths, ok := items.Value().([]dbus.ObjectPath)
	if !ok {
		return nil, errors.New("secret-service: list items: the answer is none")
	}
	answers := make(chan *dbus.Call, len(paths))
	for _, path := range paths {
		c.bus.Object(secretService, path).
			Go("org.freedesktop.DBus.Properties.Get", 0, answers, strings.TrimSuffix(itemInterface, "."), "Attributes")
	}
	var names []string
	for range paths {
		var attributes dbus.Variant
		if (<-answers).Store(&attributes) != nil {
			continue // It was removed meanwhile.
		}
		if values, ok := attributes.Value().(map[string]string); ok && strings.HasPrefix(values["profile"], Prefix) {
			names = append(names, values["profile"])
		}
	}
	return names, nil
}
