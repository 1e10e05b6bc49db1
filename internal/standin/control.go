package standin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// controlPrefix begins the paths by which another process sees and changes what
// the stand-in does. They are neither counted nor hit by faults.
const controlPrefix = "/_standin/"

func (s *Standin) control(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	var err error
	switch r.Method + " " + strings.TrimPrefix(r.URL.Path, controlPrefix) {
	case "GET calls":
		s.writeCalls(w, query.Get("operation"))
	case "GET requests":
		s.mu.Lock()
		defer s.mu.Unlock()
		encoder := json.NewEncoder(w)
		for _, request := range s.requests {
			_ = encoder.Encode(request)
		}
	case "GET secrets":
		fmt.Fprintln(w, strings.Join(s.Secrets(), "\n"))
	case "POST fault":
		err = s.failBy(query.Get("kind"), query.Get("operation"), query.Get("count"), query.Get("delay"))
	case "POST lifetime":
		err = setBy(query.Get("seconds"), func(n int) { s.SetLifetime(time.Duration(n) * time.Second) })
	case "POST tokensize":
		err = setBy(query.Get("bytes"), s.SetTokenSize)
	case "POST date":
		var offset time.Duration
		if offset, err = time.ParseDuration(query.Get("offset")); err == nil {
			s.SetClock(offset)
		}
	case "POST forget":
		err = s.Forget(query.Get("identity"), query.Get("accesskey"))
	case "POST reset":
		s.Reset()
	default:
		err = errors.New("no such control")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func setBy(text string, set func(int)) error {
	n, err := strconv.Atoi(text)
	if err == nil {
		set(n)
	}
	return err
}

func (s *Standin) failBy(kind, operation, count, delay string) error {
	n, wait := -1, time.Duration(0)
	var err error
	if count != "" {
		if n, err = strconv.Atoi(count); err != nil {
			return err
		}
	}
	if delay != "" {
		if wait, err = time.ParseDuration(delay); err != nil {
			return err
		}
	}
	return s.Fail(kind, operation, n, wait)
}

func (s *Standin) writeCalls(w http.ResponseWriter, operation string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if operation != "" {
		fmt.Fprintln(w, s.calls[operation])
		return
	}
	var lines []string
	for name, n := range s.calls {
		lines = append(lines, fmt.Sprintf("%s %d\n", name, n))
	}
	slices.Sort(lines)
	fmt.Fprint(w, strings.Join(lines, ""))
}

// Secrets are all secret access keys, session tokens, identity ids and OpenID
// tokens that were issued.
func (s *Standin) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.secrets)
}

// SetLifetime makes every lease live that long whatever was asked for; 0 ends it.
func (s *Standin) SetLifetime(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lifetime = d
}

// SetTokenSize sets the bytes of the session tokens issued from now on.
func (s *Standin) SetTokenSize(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokenSize = n
}

// SetClock puts AWS's clock off from the local one.
func (s *Standin) SetClock(offset time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset = offset
}

// Forget makes an identity unknown, or revokes an access key.
func (s *Standin) Forget(identityID, accessKeyID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.keys[accessKeyID]
	switch {
	case identityID == "all":
		clear(s.identities)
	case s.identities[identityID] != nil:
		delete(s.identities, identityID)
	case k != nil:
		revoked := *k
		revoked.revoked = true
		s.keys[accessKeyID] = &revoked
	default:
		return errors.New("no such identity or access key")
	}
	return nil
}

// Reset forgets calls, records and faults, and keeps what was issued.
func (s *Standin) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.calls)
	s.requests, s.faults = nil, nil
}
