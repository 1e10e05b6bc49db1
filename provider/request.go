package provider

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// A Request is everything that decides which credentials come back.
type Request interface {
	// Label says for people what is asked for, and by whom.
	Label() string
	// Facts are what [NewKey] makes the request's key of. They come from the
	// command line, the environment and local files alone.
	Facts(context.Context) (Facts, error)
	// KeptKeys is the name of the kept access keys that Mint is to be given, if
	// it needs any.
	KeptKeys() string
	// Runs reports whether minting may start a program, which may ask a human.
	Runs() bool
	// Mint asks AWS, once. Its error is a *[Failure].
	Mint(context.Context, Given) (Minted, error)
}

// Given is what a mint is handed besides its request.
type Given struct {
	// Credentials are the source's, where it does not find its own: kept keys, or
	// the lease of the request that is this one's source.
	Credentials Credentials
	// Identity is the Cognito identity id of an earlier mint, if there is one.
	Identity Secret
	// Skew is AWS's clock less the local one at an earlier mint, if there was one.
	Skew time.Duration
	// Code asks for the code of an MFA device. What it returns is to be sent once.
	Code func(context.Context, Question) (Secret, error)
	// Attempts is how often each call may be tried; 0 leaves it to the SDK.
	Attempts int
}

// Minted is what a mint brings.
type Minted struct {
	Credentials Credentials
	// Issued is the time of issue by AWS's clock.
	Issued time.Time
	// Skew is AWS's clock less the local one.
	Skew time.Duration
	// Identity is the Cognito identity id that the credentials are for.
	Identity Secret
}

// Facts are the values that tell one request from another, by name. Values are
// strings, numbers, lists and maps that json encodes; none is a secret.
type Facts map[string]any

// A Key names a request: the SHA-256 of its facts, in lower-case hexadecimal.
type Key string

// keyVersion is raised when the same facts come to mean another request.
const keyVersion = 1

// NewKey returns the key of facts. json sorts the keys of maps, which makes the
// encoding canonical; lists that are sets are sorted by whoever makes the facts.
func NewKey(facts Facts) (Key, error) {
	canonical, err := json.Marshal(map[string]any{"version": keyVersion, "request": facts})
	if err != nil {
		return "", fmt.Errorf("encode request: %w", err)
	}
	return Key(digest(canonical)), nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// endpointFact returns the endpoint that the environment puts in place of a
// service's own: credentials of a test double must never be taken for AWS's.
func endpointFact(service string) string {
	if os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == "true" {
		return ""
	}
	if url := os.Getenv("AWS_ENDPOINT_URL_" + service); url != "" {
		return url
	}
	return os.Getenv("AWS_ENDPOINT_URL")
}
