package standin

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Faults are the kinds that [Standin.Fail] takes: what goes wrong in AWS's place.
var Faults = []string{"none", "throttle", "unavailable", "error500", "hang", "cut", "garbage", "denied", "expired", "delay"}

type fault struct {
	kind      string
	operation string // "" for any
	count     int    // how many more requests; negative for all
	delay     time.Duration
}

// Fail makes the next count requests of an operation go wrong: all of them if
// count is negative, any operation if it is "". Kind "none" ends all faults.
func (s *Standin) Fail(kind, operation string, count int, delay time.Duration) error {
	if !slices.Contains(Faults, kind) {
		return fmt.Errorf("fault %q is none of %v", kind, Faults)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind == "none" {
		s.faults = nil
		return nil
	}
	s.faults = append(s.faults, &fault{kind, operation, count, delay})
	return nil
}

// fault returns the fault that is to hit a request, if any.
func (s *Standin) fault(operation string) *fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.count != 0 && (f.operation == "" || f.operation == operation) {
			if f.count > 0 {
				f.count--
			}
			return f
		}
	}
	return nil
}

// refusal is what a fault makes AWS say, for those that make it say something.
func (f *fault) refusal(cognito bool) *refusal {
	switch {
	case f.kind == "throttle" && cognito:
		return refuse(400, "TooManyRequestsException", "Rate exceeded")
	case f.kind == "throttle":
		return refuse(400, "Throttling", "Rate exceeded")
	case f.kind == "unavailable" && cognito, f.kind == "error500" && cognito:
		return refuse(500, "InternalErrorException", "Internal failure")
	case f.kind == "unavailable":
		return refuse(503, "ServiceUnavailable", "Service is unavailable")
	case f.kind == "error500":
		return refuse(500, "InternalFailure", "Internal failure")
	case f.kind == "denied" && cognito:
		return refuse(400, "NotAuthorizedException", "Access denied")
	case f.kind == "denied":
		return refuse(403, "AccessDenied", "Access denied")
	case f.kind == "expired" && cognito:
		return refuse(400, "ExpiredTokenException", "The security token included in the request is expired")
	case f.kind == "expired":
		return refuse(403, "ExpiredToken", "The security token included in the request is expired")
	}
	return nil
}

// spoil writes an answer as the fault leaves it, and reports whether it did.
func (s *Standin) spoil(f *fault, w http.ResponseWriter, r *http.Request, body []byte) bool {
	switch f.kind {
	case "hang":
		select {
		case <-r.Context().Done():
		case <-s.closed:
		}
		panic(http.ErrAbortHandler)
	case "cut":
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body[:len(body)/2])
		panic(http.ErrAbortHandler)
	case "garbage":
		_, _ = w.Write([]byte("\x00\xff<<<{{{ this is neither XML nor JSON"))
		return true
	case "delay":
		select {
		case <-time.After(f.delay):
		case <-r.Context().Done():
		case <-s.closed:
		}
	}
	return false
}

// reply sends an answer, or what a fault makes of it.
func (s *Standin) reply(w http.ResponseWriter, r *http.Request, f *fault, status int, contentType string, body []byte) {
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	w.Header().Set("X-Amzn-Requestid", randomUUID())
	w.Header().Set("Content-Type", contentType)
	if f != nil && s.spoil(f, w, r, body) {
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
