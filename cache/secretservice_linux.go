package cache

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"credlease/internal/busguard"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus"
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

// secretServiceStores are the default collection and, if that is locked or
// absent, the one that gnome-keyring keeps in memory.
func secretServiceStores() []*store {
	return []*store{
		{Name: "secret-service", daemon: "secret-service", lasting: true, open: openDefaultOnce},
		{Name: "secret-service/session", daemon: "secret-service", open: func() (ring, error) {
			bus, err := sessionBus()
			if err != nil {
				return nil, err
			}
			return openCollection(bus, sessionCollection)
		}},
	}
}

// Prepare begins to open the store that a hit most likely comes from, while the
// command line is read.
func Prepare() { go func() { _, _ = openDefaultOnce() }() }

var openDefaultOnce = sync.OnceValues(func() (ring, error) {
	bus, err := sessionBus()
	if err != nil {
		return nil, err
	}
	path, err := defaultCollection(bus)
	if err != nil {
		return nil, err
	}
	return openCollection(bus, path)
})

func sessionBus() (*dbus.Conn, error) {
	switch {
	case busguard.Silent:
		return nil, errors.New("secret-service: the D-Bus session bus does not answer")
	case !busguard.Answers:
		return nil, fmt.Errorf("secret-service: D-Bus session bus: %w", errAbsent)
	}
	return dbus.SessionBus()
}

func defaultCollection(bus *dbus.Conn) (dbus.ObjectPath, error) {
	var path dbus.ObjectPath
	err := bus.Object(secretService, secretServicePath).Call(serviceInterface+"ReadAlias", 0, "default").Store(&path)
	if err != nil {
		return noObject, fmt.Errorf("secret-service: %w", absentOr(err))
	}
	if path == noObject {
		return noObject, fmt.Errorf("secret-service: default collection: %w", errAbsent)
	}
	return path, nil
}

// collection is a ring of one collection, which is unlocked.
type collection struct {
	ring
	bus  *dbus.Conn
	path dbus.ObjectPath
}

func openCollection(bus *dbus.Conn, path dbus.ObjectPath) (ring, error) {
	locked, err := isLocked(bus, path)
	if err != nil {
		return nil, err
	}
	if locked {
		return nil, fmt.Errorf("secret-service: %w", ErrLocked)
	}
	opened, err := openLibrary(keyring.Config{
		AllowedBackends:         []keyring.BackendType{keyring.SecretServiceBackend},
		LibSecretCollectionName: collectionName(path),
	})
	return &collection{ring: opened, bus: bus, path: path}, err
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
			return errAbsent
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
	unlocked, err := c.find(name)
	if err != nil {
		return nil, err
	}
	if len(unlocked) == 0 {
		return nil, errNotKept
	}
	return c.ring.Get(name)
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
	if _, err := c.find(name); err != nil {
		return err
	}
	// KeePassXC broadcasts the end of its prompts, and the library does not ask
	// the bus for broadcasts.
	watchPrompts(c.bus)
	if err := c.ring.Set(name, label, data); err != nil {
		return err
	}
	items, err := c.find(name)
	if err != nil {
		return err
	}
	for _, item := range items {
		// A label that is refused does not make the item a worse one.
		_ = c.bus.Object(secretService, item).SetProperty(itemInterface+"Label", dbus.MakeVariant(label))
	}
	return nil
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
		return errNotKept
	}
	watchPrompts(c.bus)
	return c.ring.Remove(name)
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
		if values, ok := attributes.Value().(map[string]string); ok && strings.HasPrefix(values["profile"], itemPrefix) {
			names = append(names, values["profile"])
		}
	}
	return names, nil
}
