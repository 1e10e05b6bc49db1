// Package standin plays AWS's Security Token Service and Cognito Identity over
// HTTP, for tests and the demo, and in the smallest way the places that the SDKs
// get a source's credentials from. It verifies signatures against the secrets it
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
//	mfa        asks for a session with MFA, or for a code of the device [DeviceSerial]
//	onehour    has a maximum session duration of one hour
//	loggedin   asks for an identity pool's token of somebody who has logged in
//
// The user bob may assume roles, and do nothing with identity pools.
package standin

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// What there is from the start: an account, two users and the identity pools.
const (
	Account = "111122223333"

	AccessKeyID     = "AKIASTANDINALICE0001"
	SecretAccessKey = "standin/alice/not/a/real/secret/key/0001"

	BobAccessKeyID     = "AKIASTANDINBOB000001"
	BobSecretAccessKey = "standin/bob/is/not/a/real/secret/key/001"

	GuestPool    = "eu-west-1:00000000-0000-4000-8000-000000000001" // guests are welcome
	LoginPool    = "eu-west-1:00000000-0000-4000-8000-000000000002" // guests are not
	EnhancedPool = "eu-west-1:00000000-0000-4000-8000-000000000003" // guests are, the classic flow is not
	MappedPool   = "eu-west-1:00000000-0000-4000-8000-000000000004" // has role mappings, by the login's token
	BarePool     = "eu-west-1:00000000-0000-4000-8000-000000000005" // has no roles

	DeveloperProvider = "login.standin"
)

// providers are those that all pools accept.
var providers = []string{"accounts.google.com", "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_standin", DeveloperProvider, cognitoIssuer}

// A Standin answers for AWS. Use [New] or [NewServer].
type Standin struct {
	mu           sync.Mutex
	closed       chan struct{}
	keys         map[string]*key      // by access key id
	identities   map[string]*identity // by id
	usedCodes    map[string]bool      // those of the MFA device
	openIDTokens map[string]bool      // those of identity pools
	secrets      []string
	requests     []Request
	calls        map[string]int
	faults       []*fault
	lifetime     time.Duration
	offset       time.Duration
	tokenSize    int
	issued       int
}

// New returns a stand-in in which nothing has been issued.
func New() *Standin {
	return &Standin{
		closed: make(chan struct{}),
		keys: map[string]*key{
			AccessKeyID:    {secret: SecretAccessKey, arn: "arn:aws:iam::" + Account + ":user/alice", userID: "AIDASTANDINALICE0001"},
			BobAccessKeyID: {secret: BobSecretAccessKey, arn: "arn:aws:iam::" + Account + ":user/bob", userID: "AIDASTANDINBOB000001"},
			LoginAccessKeyID: {
				secret: LoginSecretAccessKey, token: LoginSessionToken,
				arn: deviceUser, userID: "AIDASTANDINALICE0001", expires: time.Now().Add(24 * time.Hour),
			},
		},
		identities:   map[string]*identity{},
		usedCodes:    map[string]bool{},
		openIDTokens: map[string]bool{},
		calls:        map[string]int{},
		tokenSize:    700,
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
	case r.Method == http.MethodConnect:
		// As a proxy, it only notes which host was to be asked.
		s.record(Request{Operation: r.Method, Parameters: map[string]any{"host": r.Host}, Outcome: "refused"})
		w.WriteHeader(http.StatusForbidden)
	case strings.HasPrefix(r.URL.Path, controlPrefix):
		s.control(w, r)
	case r.Header.Get("X-Amz-Target") != "":
		s.serveCognito(w, r)
	case signedForS3(r):
		s.serveS3(w, r)
	default:
		if serve, ok := sources[r.Method+" "+r.URL.Path]; ok {
			s.serveSource(w, r, serve)
			return
		}
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

// Last is the last request for an operation, if there was any.
func (s *Standin) Last(operation string) (Request, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range slices.Backward(s.requests) {
		if r.Operation == operation {
			return r, true
		}
	}
	return Request{}, false
}

// now is the time by AWS's clock.
func (s *Standin) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.offset)
}
