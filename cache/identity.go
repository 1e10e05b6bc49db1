package cache

import (
	"context"
	"encoding/json"
	"errors"

	"credlease/provider"
)

// keptIdentity is the JSON of an identity id in a store, in the document that
// provider encodes, with the label of the requests that it serves.
type keptIdentity struct {
	Version  int             `json:"version"`
	Label    string          `json:"label"`
	Identity json.RawMessage `json:"identity"`
}

func encodeIdentity(label string, id provider.Secret) ([]byte, error) {
	document, err := provider.EncodeIdentity(id)
	if err != nil {
		return nil, err
	}
	return json.Marshal(keptIdentity{Version: keptVersion, Label: label, Identity: document})
}

func decodeIdentity(data []byte) (label string, id provider.Secret, err error) {
	var kept keptIdentity
	if json.Unmarshal(data, &kept) != nil || kept.Version != keptVersion {
		return "", provider.Secret{}, errors.New("it is no identity of this version")
	}
	id, err = provider.DecodeIdentity(kept.Identity)
	return kept.Label, id, err
}

// identified is a request whose lease is for a Cognito identity id, which
// outlives it: a new one would be another guest to AWS.
type identified interface {
	IdentityFacts(context.Context) (provider.Facts, error)
}

// identity returns the identity id of an earlier mint: the one that was kept by
// itself for all the requests of a user, or else that of the kept lease. Two
// requests that were first made at once have one each, until they are renewed.
func (c *Cache) identity(ctx context.Context, request provider.Request, kept Lease) provider.Secret {
	name, ok := identityItem(ctx, request)
	if !ok || c.NoCache {
		return kept.Identity
	}
	for _, s := range c.stores.lasting() {
		data, err := s.get(ctx, name)
		if err != nil {
			continue
		}
		if _, id, err := decodeIdentity(data); err == nil {
			return id
		}
	}
	return kept.Identity
}

// keepIdentity keeps an identity id that is new, where a store outlives a reboot.
func (c *Cache) keepIdentity(ctx context.Context, request provider.Request, before, now provider.Secret) {
	name, ok := identityItem(ctx, request)
	if !ok || now.Empty() || now.Equal(before) {
		return
	}
	data, err := encodeIdentity(request.Label(), now)
	if err != nil {
		return
	}
	// Without such a store, the identity still lives as long as its lease is kept.
	_, _ = c.put(ctx, c.stores.lasting(), name, "credlease: identity "+now.Tail()+" of "+request.Label(), data)
}

func identityItem(ctx context.Context, request provider.Request) (string, bool) {
	r, ok := request.(identified)
	if !ok {
		return "", false
	}
	facts, err := r.IdentityFacts(ctx)
	if err != nil {
		return "", false
	}
	key, err := provider.NewKey(facts)
	return itemName(identityKind, key), err == nil
}
