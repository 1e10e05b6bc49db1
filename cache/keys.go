package cache

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"credlease/cache/ring"
	"credlease/provider"
)

// ErrNoKeys is returned when no access keys are kept under a name.
var ErrNoKeys = errors.New("no such keys are kept")

// ErrKeysExist is returned when keys of that name are kept and are not to be
// replaced.
var ErrKeysExist = errors.New("keys of that name are kept already")

// keptKeys is the JSON of access keys in a store.
type keptKeys struct {
	Version  int             `json:"version"`
	Name     string          `json:"name"`
	Added    time.Time       `json:"added"`
	Document json.RawMessage `json:"document"`
}

// A KeysEntry tells of kept access keys what is no secret.
type KeysEntry struct {
	Name        string    `json:"name"`
	AccessKeyID string    `json:"accessKeyId"`
	Added       time.Time `json:"added"`
	Store       string    `json:"store"`
}

func keysItem(name string) string {
	key, _ := provider.NewKey(provider.Facts{"kind": "keys", "name": name}) // Strings always encode.
	return itemName(keysKind, key)
}

// ParseKeysName checks a name for kept keys: it has to survive, unquoted, in an
// AWS config file.
func ParseKeysName(name string) (string, error) {
	allowed := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.@-", r)
	}
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, func(r rune) bool { return !allowed(r) }) {
		return "", fmt.Errorf("name of keys %q is not 1 to 64 of a-z A-Z 0-9 _ . @ -", name)
	}
	return name, nil
}

// KeptKeys returns the access keys that are kept under a name.
//
// The error is [ErrNoKeys] or, when a store that may have them cannot be read,
// [ErrLocked], [ErrPassphrase] or that store's own.
func (c *Cache) KeptKeys(ctx context.Context, name string) (provider.Credentials, error) {
	kept, _, err := c.readKeys(ctx, name)
	if err != nil {
		return provider.Credentials{}, fmt.Errorf("read keys %s: %w", name, err)
	}
	return provider.DecodeCredentials(kept.Document)
}

func (c *Cache) readKeys(ctx context.Context, name string) (keptKeys, string, error) {
	trouble := ErrNoKeys
	for _, s := range c.stores.lasting() {
		data, err := s.get(ctx, keysItem(name))
		if err != nil {
			if !errors.Is(err, ring.ErrNotKept) && !errors.Is(err, ring.ErrAbsent) {
				trouble = err
			}
			continue
		}
		kept, err := decodeKeys(data)
		if err != nil || kept.Name != name {
			trouble = errors.New("what is kept under the name is no keys of this version")
			continue
		}
		return kept, s.Name, nil
	}
	return keptKeys{}, "", trouble
}

func decodeKeys(data []byte) (keptKeys, error) {
	var kept keptKeys
	if json.Unmarshal(data, &kept) != nil || kept.Version != keptVersion {
		return keptKeys{}, errors.New("not kept keys of this version")
	}
	if _, err := provider.DecodeCredentials(kept.Document); err != nil {
		return keptKeys{}, err
	}
	return kept, nil
}

// AddKeys keeps access keys under a name, in a store that outlives a reboot, and
// forgets the leases of earlier ones. It reports success only of keys that it
// has read back, and returns the store's name.
func (c *Cache) AddKeys(ctx context.Context, name string, keys provider.Credentials, replace bool) (string, error) {
	step := "keep keys " + name
	_, _, err := c.readKeys(ctx, name)
	if err == nil && !replace {
		return "", fmt.Errorf("%s: %w", step, ErrKeysExist)
	}
	if err != nil && !errors.Is(err, ErrNoKeys) && !replace {
		return "", fmt.Errorf("%s: %w", step, err)
	}
	document, err := keys.Encode()
	if err != nil {
		return "", fmt.Errorf("%s: %w", step, err)
	}
	data, err := json.Marshal(keptKeys{Version: keptVersion, Name: name, Added: time.Now().UTC().Truncate(time.Second), Document: document})
	if err != nil {
		return "", fmt.Errorf("%s: %w", step, err)
	}
	stores := c.stores.lasting()
	for _, s := range stores {
		// Keys put into another keyring while the first is locked would be lost
		// to sight when it opens.
		if _, err := s.get(ctx, keysItem(name)); errors.Is(err, ErrLocked) {
			return "", fmt.Errorf("%s: %w", step, err)
		}
	}
	where, err := c.put(ctx, stores, keysItem(name), "credlease: access keys "+name, data)
	if err != nil {
		return "", fmt.Errorf("%s: %w", step, err)
	}
	again, _, err := c.readKeys(ctx, name)
	if err != nil || !bytes.Equal(again.Document, bytes.TrimSpace(document)) {
		return "", fmt.Errorf("%s: the keyring does not give back what was written", step)
	}
	c.forgetFailures()
	return where, c.clearMadeWith(ctx, name)
}

// ListKeys returns what is kept, by name, and the troubles of stores that could
// not be read.
func (c *Cache) ListKeys(ctx context.Context) ([]KeysEntry, []error) {
	var entries []KeysEntry
	troubles := c.each(ctx, c.stores.lasting(), keysKind, func(i item) error {
		if errors.Is(i.err, ErrLocked) || errors.Is(i.err, ErrPassphrase) {
			return i.err
		}
		kept, err := decodeKeys(i.data)
		if err != nil {
			return nil
		}
		keys, _ := provider.DecodeCredentials(kept.Document) // decodeKeys has read it.
		entries = append(entries, KeysEntry{Name: kept.Name, AccessKeyID: keys.AccessKeyID, Added: kept.Added, Store: i.store.Name})
		return nil
	})
	slices.SortFunc(entries, func(a, b KeysEntry) int { return strings.Compare(a.Name, b.Name) })
	return entries, troubles
}

// RemoveKeys forgets the access keys of a name, and the leases made with them.
func (c *Cache) RemoveKeys(ctx context.Context, name string) error {
	if _, _, err := c.readKeys(ctx, name); err != nil {
		return fmt.Errorf("remove keys %s: %w", name, err)
	}
	for _, s := range c.stores.lasting() {
		if err := s.remove(ctx, keysItem(name)); err != nil && !errors.Is(err, ring.ErrAbsent) {
			return fmt.Errorf("remove keys %s: %w", name, err)
		}
	}
	return c.clearMadeWith(ctx, name)
}
