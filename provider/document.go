package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Credentials are what the SDKs sign with. Those without an Expiration are
// long-lived access keys.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey Secret
	SessionToken    Secret
	Expiration      time.Time
	AccountID       string
}

// document is version 1 of what a credential_process prints.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
type document struct {
	Version         int
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string `json:",omitempty"`
	Expiration      string `json:",omitempty"`
	AccountID       string `json:"AccountId,omitempty"`
}

// identityDocument is how a Cognito identity id is kept: for a guest the id
// alone is enough to get credentials.
type identityDocument struct {
	Version    int
	IdentityID string `json:"IdentityId"`
}

var errNotCredentials = errors.New("not a version 1 credentials document")

// Encode returns the document as one line of ASCII with a newline, the
// expiration in UTC and whole seconds.
func (c Credentials) Encode() ([]byte, error) {
	d := document{
		Version:         1,
		AccessKeyID:     c.AccessKeyID,
		SecretAccessKey: c.SecretAccessKey.reveal(),
		SessionToken:    c.SessionToken.reveal(),
		AccountID:       c.AccountID,
	}
	if !c.Expiration.IsZero() {
		d.Expiration = c.Expiration.UTC().Truncate(time.Second).Format(time.RFC3339)
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	return encode(d)
}

// DecodeCredentials reads a document. Its errors never quote the input.
func DecodeCredentials(data []byte) (Credentials, error) {
	var d document
	if json.Unmarshal(data, &d) != nil {
		return Credentials{}, errNotCredentials
	}
	if err := d.check(); err != nil {
		return Credentials{}, err
	}
	c := Credentials{
		AccessKeyID:     d.AccessKeyID,
		SecretAccessKey: NewSecret(d.SecretAccessKey),
		SessionToken:    NewSecret(d.SessionToken),
		AccountID:       d.AccountID,
	}
	if d.Expiration != "" {
		expiration, err := time.Parse(time.RFC3339, d.Expiration)
		if err != nil {
			return Credentials{}, errNotCredentials
		}
		c.Expiration = expiration.UTC()
	}
	return c, nil
}

// check refuses what an SDK could stumble over: an empty field, one of a pair
// without the other, or anything but printable ASCII.
func (d document) check() error {
	if d.Version != 1 || d.AccessKeyID == "" || d.SecretAccessKey == "" {
		return errNotCredentials
	}
	if (d.SessionToken == "") != (d.Expiration == "") {
		return fmt.Errorf("%w: a session token and an expiration go together", errNotCredentials)
	}
	for _, field := range []string{d.AccessKeyID, d.SecretAccessKey, d.SessionToken, d.AccountID} {
		for _, r := range field {
			if r < '!' || r > '~' {
				return fmt.Errorf("%w: a field is not printable ASCII", errNotCredentials)
			}
		}
	}
	return nil
}

// EncodeIdentity returns the document in which a Cognito identity id is kept.
func EncodeIdentity(id Secret) ([]byte, error) {
	return encode(identityDocument{Version: 1, IdentityID: id.reveal()})
}

// DecodeIdentity reads what [EncodeIdentity] wrote. Its errors never quote the
// input.
func DecodeIdentity(data []byte) (Secret, error) {
	var d identityDocument
	if json.Unmarshal(data, &d) != nil || d.Version != 1 || regionOf(d.IdentityID) == "" {
		return Secret{}, errors.New("not a version 1 identity document")
	}
	return NewSecret(d.IdentityID), nil
}

// IdentityText returns an identity id in full, for a human who has asked to see it.
// No other secret comes out of it.
func IdentityText(id Secret) string {
	if regionOf(id.reveal()) == "" {
		return id.Tail()
	}
	return id.reveal()
}

// encode leaves <, > and & as they are: no SDK reads the document as HTML.
func encode(d any) ([]byte, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(d); err != nil {
		return nil, err
	}
	return line.Bytes(), nil
}

// NewKeys makes credentials of a long-lived access key id and its secret.
func NewKeys(accessKeyID, secretAccessKey string) (Credentials, error) {
	switch {
	case strings.HasPrefix(accessKeyID, "ASIA"):
		return Credentials{}, fmt.Errorf("access key id %s is a temporary one", shorten(accessKeyID))
	case !isAccessKeyID(accessKeyID):
		return Credentials{}, errors.New("access key id is not 16 to 128 capital letters and digits, such as AKIAIOSFODNN7EXAMPLE")
	case len(secretAccessKey) < 16 || strings.ContainsFunc(secretAccessKey, func(r rune) bool { return r < '!' || r > '~' }):
		return Credentials{}, errors.New("secret access key is too short, or has a character that none has")
	}
	return Credentials{AccessKeyID: accessKeyID, SecretAccessKey: NewSecret(secretAccessKey)}, nil
}

// isAccessKeyID checks the form of the AccessKeyId of IAM's API.
func isAccessKeyID(text string) bool {
	return len(text) >= 16 && len(text) <= 128 && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}
