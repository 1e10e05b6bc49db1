package provider

import (
	"errors"
	"fmt"
	"strings"
)

// A Login proves to an identity pool who asks; without one, it is a guest.
type Login struct {
	Provider string // as the pool names it: accounts.google.com, cognito-idp.REGION.amazonaws.com/POOL
	Token    Token
}

// A PoolID is the id of an identity pool, REGION:GUID.
type PoolID struct {
	Region string
	text   string
}

func (p PoolID) String() string { return p.text }

// Partition is the part of AWS in which the pool is.
func (p PoolID) Partition() string { return partitionOf(p.Region) }

// MayHold reports whether an identity can be one of the pool's: its id begins with
// the same region.
func (p PoolID) MayHold(identity Secret) bool { return regionOf(identity.reveal()) == p.Region }

// regionOf returns the region of REGION:GUID, the form of the API's
// IdentityPoolId and IdentityId, or nothing if that is not the form. A regular
// expression would be compiled at every start.
func regionOf(id string) string {
	const guid = "00000000-0000-0000-0000-000000000000"
	region, rest, ok := strings.Cut(id, ":")
	if !ok || len(region) > 32 || strings.Count(region, "-") < 2 || len(rest) != len(guid) {
		return ""
	}
	for i, r := range []byte(rest) {
		isHex := r >= '0' && r <= '9' || r >= 'a' && r <= 'f'
		if guid[i] == '-' && r != '-' || guid[i] == '0' && !isHex {
			return ""
		}
	}
	if !isRegion(region) {
		return ""
	}
	return region
}

// isRegion holds for text that can be a part of a host name, as regions are.
func isRegion(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}

// ParsePoolID reads an identity pool's id.
func ParsePoolID(text string) (PoolID, error) {
	region := regionOf(text)
	if region == "" {
		return PoolID{}, fmt.Errorf("identity pool id %q is malformed; it looks like eu-west-1:12345678-90ab-cdef-1234-567890abcdef", shorten(text))
	}
	return PoolID{Region: region, text: text}, nil
}

// ParseIdentityID reads an identity id, without ever showing it: a guest's is
// enough to get credentials.
func ParseIdentityID(text string) (Secret, error) {
	if regionOf(text) == "" {
		return Secret{}, errors.New("identity id is malformed; it looks like an identity pool's id")
	}
	return NewSecret(text), nil
}

// ParseLogin reads PROVIDER=TOKEN.
func ParseLogin(text string) (Login, error) {
	provider, reference, ok := strings.Cut(text, "=")
	if !ok || provider == "" || len(provider) > 128 {
		return Login{}, errors.New("login is not PROVIDER=file:PATH, PROVIDER=env:NAME or PROVIDER=exec:PATH")
	}
	token, err := ParseToken(reference)
	if err != nil {
		return Login{}, fmt.Errorf("login %s: %w", shorten(provider), err)
	}
	return Login{Provider: provider, Token: token}, nil
}

// maskIdentities hides the identity ids in a text, of which AWS may name another
// than the one that it was sent. A pool's id looks the same, and is no secret.
func maskIdentities(text string, pool PoolID) string {
	isPart := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == ':' }
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !isPart(r) }) {
		word = strings.Trim(word, ":-")
		if word != pool.String() && regionOf(word) != "" {
			text = strings.ReplaceAll(text, word, NewSecret(word).Tail())
		}
	}
	return text
}
