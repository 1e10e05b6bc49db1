package cache

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"errors"
	"io"
	"time"

	"credlease/provider"
)

// keptVersion is raised when a kept value comes to be read in another way.
const keptVersion = 1

// keptLease is the JSON of a lease in a store. Secrets are in the documents that
// provider encodes.
type keptLease struct {
	Version  int             `json:"version"`
	Key      provider.Key    `json:"key"`
	Label    string          `json:"label"`
	Issued   time.Time       `json:"issued"`
	Skew     int64           `json:"skewSeconds,omitempty"`
	Document json.RawMessage `json:"document"`
	Identity json.RawMessage `json:"identity,omitempty"`
}

var errNotALease = errors.New("it is no lease of this version")

func encodeLease(l Lease) ([]byte, error) {
	document, err := l.Credentials.Encode()
	if err != nil {
		return nil, err
	}
	kept := keptLease{
		Version:  keptVersion,
		Key:      l.Key,
		Label:    l.Label,
		Issued:   l.Issued.UTC(),
		Skew:     int64(l.Skew / time.Second),
		Document: document,
	}
	if !l.Identity.Empty() {
		if kept.Identity, err = provider.EncodeIdentity(l.Identity); err != nil {
			return nil, err
		}
	}
	return json.Marshal(kept)
}

// decodeLease reads a lease kept under key. Whatever is truncated, of another
// version or somebody else's is an error, which never quotes the input.
func decodeLease(key provider.Key, data []byte) (Lease, error) {
	var kept keptLease
	if json.Unmarshal(data, &kept) != nil || kept.Version != keptVersion || kept.Key != key {
		return Lease{}, errNotALease
	}
	credentials, err := provider.DecodeCredentials(kept.Document)
	if err != nil {
		return Lease{}, err
	}
	l := Lease{
		Key:         key,
		Label:       kept.Label,
		Credentials: credentials,
		Issued:      kept.Issued,
		Skew:        time.Duration(kept.Skew) * time.Second,
	}
	if credentials.Expiration.IsZero() || l.Lifetime() <= 0 || l.Skew.Abs() > maxSkew {
		return Lease{}, errNotALease
	}
	if kept.Identity != nil {
		if l.Identity, err = provider.DecodeIdentity(kept.Identity); err != nil {
			return Lease{}, errNotALease
		}
	}
	return l, nil
}

// maxSkew bounds what a kept value may say of the clock.
const maxSkew = 100 * 365 * 24 * time.Hour

// maxValue bounds what a kept value may unpack to.
const maxValue = 1 << 20

// pack makes a value smaller for a store in which room is short.
func pack(data []byte) []byte {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(data) // A bytes.Buffer takes everything.
	_ = w.Close()
	return packed.Bytes()
}

// unpack reads a value whether it was packed or not: JSON begins with a brace,
// which zlib never does.
func unpack(data []byte) ([]byte, error) {
	if len(data) == 0 || data[0] == '{' {
		return data, nil
	}
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, errNotALease
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxValue))
	if err != nil {
		return nil, errNotALease
	}
	return plain, nil
}

// keptKey returns the key that a kept lease says it has.
func keptKey(data []byte) (provider.Key, error) {
	var kept keptLease
	if json.Unmarshal(data, &kept) != nil || len(kept.Key) != 64 {
		return "", errNotALease
	}
	return kept.Key, nil
}
