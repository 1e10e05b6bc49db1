// Package standin plays AWS's Security Token Service and Cognito Identity over
// HTTP, for tests and the demo. It verifies signatures against the secrets it
// issued, refuses what AWS refuses, with AWS's codes, and counts what it is asked.
//
//	server := standin.NewServer()
//	defer server.Close()
//	os.Setenv("AWS_ENDPOINT_URL", server.URL)
//
// It is an imitation: the signatures of identity providers' tokens are not
// checked, and any role exists, except that those with these names behave:
//
//	denied     nobody may assume it
//	external   asks for the external id "the-external-id"
//	mfa        asks for a session with MFA, or a code: any six digits but 000000, once
//	onehour    has a maximum session duration of one hour
package standin

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// What there is from the start: an account, two users and two identity pools.
const (
	Account = "111122223333"

	AccessKeyID     = "AKIASTANDINALICE0001"
	SecretAccessKey = "standin/alice/not/a/real/secret/key/0001"

	BobAccessKeyID     = "AKIASTANDINBOB000001"
	BobSecretAccessKey = "standin/bob/is/not/a/real/secret/key/001"

	GuestPool = "eu-west-1:00000000-0000-4000-8000-000000000001" // guests are welcome
	LoginPool = "eu-west-1:00000000-0000-4000-8000-000000000002" // guests are not

	DeveloperProvider = "login.standin"
)

// providers are those that both pools accept.
var providers = []string{"accounts.google.com", "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_standin", DeveloperProvider, "cognito-identity.amazonaws.com"}

// A Standin answers for AWS. Use [New] or [NewServer].
type Standin struct {
	mu         sync.Mutex
	closed     chan struct{}
	keys       map[string]*key      // by access key id
	identities map[string]*identity // by id
	usedCodes  map[string]bool      // MFA serial and code
	secrets    []string
	requests   []Request
	calls      map[string]int
	faults     []*fault
	lifetime   time.Duration
	offset     time.Duration
	tokenSize  int
	issued     int
}

// New returns a stand-in in which nothing has been issued.
func New() *Standin {
	return &Standin{
		closed: make(chan struct{}),
		keys: map[string]*key{
			AccessKeyID:    {secret: SecretAccessKey, arn: "arn:aws:iam::" + Account + ":user/alice", userID: "AIDASTANDINALICE0001"},
			BobAccessKeyID: {secret: BobSecretAccessKey, arn: "arn:aws:iam::" + Account + ":user/bob", userID: "AIDASTANDINBOB000001"},
		},
		identities: map[string]*identity{},
		usedCodes:  map[string]bool{},
		calls:      map[string]int{},
		tokenSize:  700,
	}
}

// A Request is what reached the stand-in, and what came of it.
type Request struct {
	Operation   string         `json:"operation"`
	Parameters  map[string]any `json:"parameters"`
	AccessKeyID string         `json:"accessKeyId,omitempty"`
	Outcome     string         `json:"outcome"`
}

// ServeHTTP implements [http.Handler].
func (s *Standin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, controlPrefix):
		s.control(w, r)
	case r.Header.Get("X-Amz-Target") != "":
		s.serveCognito(w, r)
	case signedForS3(r):
		s.serveS3(w, r)
	default:
		s.serveSTS(w, r)
	}
}

// refusal is an error as AWS gives it.
type refusal struct {
	status  int
	code    string
	message string
}

func refuse(status int, code, message string) *refusal { return &refusal{status, code, message} }

// record counts a request and keeps it.
func (s *Standin) record(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[r.Operation]++
	if len(s.requests) < 10_000 {
		s.requests = append(s.requests, r)
	}
}

// Calls is how often an operation was asked for, refusals included.
func (s *Standin) Calls(operation string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[operation]
}

// now is the time by AWS's clock.
func (s *Standin) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.offset)
}
