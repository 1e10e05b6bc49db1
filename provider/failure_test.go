package provider

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// answers are the error codes that AWS has for us, and what they are to be taken
// for.
var answers = map[string]Class{
	"AccessDenied":            ClassDenied,
	"AccessDeniedException":   ClassDenied,
	"NotAuthorizedException":  ClassDenied,
	"RegionDisabledException": ClassRegion,

	"ExpiredToken":         ClassSourceExpired,
	"RequestExpired":       ClassClock,
	"RequestTimeTooSkewed": ClassClock,

	"InvalidClientTokenId":                ClassSourceInvalid,
	"UnrecognizedClientException":         ClassSourceInvalid,
	"SignatureDoesNotMatch":               ClassSourceInvalid,
	"InvalidSignatureException":           ClassSourceInvalid,
	"IncompleteSignature":                 ClassSourceInvalid,
	"MissingAuthenticationToken":          ClassSourceInvalid,
	"IncompleteSignatureException":        ClassSourceInvalid,
	"MissingAuthenticationTokenException": ClassSourceInvalid,

	"ExpiredTokenException":         ClassToken,
	"InvalidIdentityToken":          ClassToken,
	"InvalidIdentityTokenException": ClassToken,
	"IDPRejectedClaim":              ClassToken,

	"ResourceNotFoundException":                 ClassNotFound,
	"ResourceConflictException":                 ClassLinked,
	"DeveloperUserAlreadyRegisteredException":   ClassLinked,
	"InvalidIdentityPoolConfigurationException": ClassPoolRole,
	"ValidationError":                           ClassRejected,
	"MalformedPolicyDocument":                   ClassPolicy,
	"PackedPolicyTooLarge":                      ClassPolicy,
	"InvalidParameterException":                 ClassRejected,

	"Throttling":                      ClassThrottled,
	"ThrottlingException":             ClassThrottled,
	"ThrottledException":              ClassThrottled,
	"TooManyRequestsException":        ClassThrottled,
	"RequestLimitExceeded":            ClassThrottled,
	"LimitExceededException":          ClassThrottled,
	"ConcurrentModificationException": ClassThrottled,

	"IDPCommunicationError":    ClassUnavailable,
	"ExternalServiceException": ClassUnavailable,
	"InternalErrorException":   ClassUnavailable,
	"InternalFailure":          ClassUnavailable,
	"ServiceUnavailable":       ClassUnavailable,
}

const quoted = "the first line\nThe Canonical String was 'x-amz-security-token:SESSIONTOKEN'"

// asked mints a role and a guest's credentials where AWS is the handler, and
// returns how each failed.
func asked(t *testing.T, handler http.HandlerFunc) []*Failure {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	return askedAt(t, server.URL)
}

func askedAt(t *testing.T, url string) []*Failure {
	t.Helper()
	return failuresOf(t, url, &AssumeRole{RoleARN: someRole, SessionName: "test", From: Source{Keys: "work"}}, &Cognito{Pool: somePool})
}

// askedByAll does the same by every first call that there is.
func askedByAll(t *testing.T, handler http.HandlerFunc) []*Failure {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	t.Setenv("TOKEN_A", hiddenToken)
	identity := NewSecret(hiddenIdentity)
	failures := failuresOf(t, server.URL,
		&AssumeRole{RoleARN: someRole, SessionName: "test", From: Source{WebIdentityToken: token("env:TOKEN_A")}},
		&Cognito{Pool: somePool, Logins: []Login{login("accounts.google.com=env:TOKEN_A")}},
		&Cognito{Pool: somePool, Identity: identity, Logins: []Login{login("accounts.google.com=env:TOKEN_A")}},
		&Cognito{Pool: somePool, Identity: identity, Classic: &AssumeRole{RoleARN: someRole, SessionName: "test"}},
		&Cognito{Pool: somePool, Developer: &Developer{Provider: "login.standin", User: "ann"}, From: Source{Keys: "work"}},
	)
	return append(failures, askedAt(t, server.URL)...)
}

const (
	hiddenIdentity = "eu-west-1:00000000-0000-4000-8000-00000000000a"
	hiddenToken    = "an opaque token of a web identity"
)

var (
	someRole = mustParse(ParseRoleARN("arn:aws:iam::111122223333:role/Deploy"))
	somePool = mustParse(ParsePoolID("eu-west-1:00000000-0000-4000-8000-000000000001"))
)

func failuresOf(t *testing.T, url string, requests ...Request) []*Failure {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL":            url,
		"AWS_CONFIG_FILE":             "none",
		"AWS_SHARED_CREDENTIALS_FILE": "none",
		"AWS_MAX_ATTEMPTS":            "1",
	} {
		t.Setenv(name, value)
	}
	keys := mustParse(NewKeys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
	var failures []*Failure
	for _, request := range requests {
		_, err := request.Mint(t.Context(), Given{Credentials: keys, Attempts: 1})
		var failure *Failure
		if !errors.As(err, &failure) {
			t.Fatalf("mint %s: got %v, want a Failure", request.Label(), err)
		}
		failures = append(failures, failure)
	}
	return failures
}

// refuseWith answers in the form of whichever service is asked.
func refuseWith(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") != "" {
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"__type":%q,"message":%q}`, code, message)
			return
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code, message)
	}
}

func TestAnswersOfAWS(t *testing.T) {
	for code := range classOfCode {
		if _, ok := answers[code]; !ok {
			t.Errorf("no test has the code %s", code)
		}
	}
	for code, want := range answers {
		for _, failure := range asked(t, refuseWith(400, code, quoted)) {
			if failure.Class != want || !strings.Contains(failure.Cause, code) || !strings.Contains(failure.Cause, "the first line") {
				t.Errorf("%s: got %s, %v, want %s", code, failure.Class, failure, want)
			}
			if strings.Contains(failure.Error(), "SESSIONTOKEN") {
				t.Errorf("%s: the text quotes what AWS quotes: %v", code, failure)
			}
		}
	}
}

// Some codes say several things, and the message tells which.
func TestAnswersThatTheMessageTellsApart(t *testing.T) {
	for _, test := range []struct {
		status        int
		code, message string
		want          Class
	}{
		{403, "SignatureDoesNotMatch", "Signature expired: 20260102T150405Z is now earlier than 20260102T160405Z", ClassClock},
		{403, "SignatureDoesNotMatch", "Signature not yet current: 20260102T150405Z is still later than 20260102T140405Z", ClassClock},
		{400, "NotAuthorizedException", "Invalid login token. Token expired: 1 >= 0", ClassToken},
		{400, "NotAuthorizedException", "Invalid login token. Can't pass in a Cognito token.", ClassToken},
		{400, "NotAuthorizedException", "Invalid login token. Issuer doesn't match providerName", ClassLogin},
		{400, "NotAuthorizedException", "Token is not from a supported provider of this identity pool.", ClassLogin},
		{400, "NotAuthorizedException", "Logins don't match. Please include at least one valid login for this identity or identity pool.", ClassLinked},
		{400, "NotAuthorizedException", "The ambiguous role mapping rules for: cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a denied this request.", ClassRoleMapping},
		{400, "NotAuthorizedException", "Unauthenticated access is not supported for this identity pool.", ClassGuests},
		{400, "NotAuthorizedException", "Access to Identity 'eu-west-1:00000000-0000-4000-8000-00000000000a' is forbidden.", ClassDenied},
		{400, "InvalidParameterException", "Please provide a valid public provider", ClassLogin},
		{400, "InvalidParameterException", "Basic (classic) flow is not enabled, please use enhanced flow.", ClassFlow},
		{400, "InvalidParameterException", "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.", ClassFlow},
		{500, "SomethingNew", "an error that this version does not know", ClassUnavailable},
		{400, "SomethingNew", "an error that this version does not know", ClassRejected},
	} {
		for _, failure := range askedByAll(t, refuseWith(test.status, test.code, test.message)) {
			if failure.Class != test.want {
				t.Errorf("%d %s %s: got %s, want %s", test.status, test.code, test.message, failure.Class, test.want)
			}
		}
	}
}

// AWS may quote what it was sent, and may name an identity that it was not.
func TestAnswersThatQuoteSecrets(t *testing.T) {
	all := askedByAll(t, refuseWith(400, "NotAuthorizedException", "Identity "+hiddenIdentity+": forbidden to "+hiddenToken))
	sentToken, ofPools := all[:3], append(all[1:5:5], all[len(all)-1])
	for _, failure := range sentToken {
		if strings.Contains(failure.Error(), hiddenToken) {
			t.Errorf("the text shows a token: %v", failure)
		}
	}
	for _, failure := range ofPools {
		if strings.Contains(failure.Error(), hiddenIdentity) || !strings.Contains(failure.Error(), "…000a") {
			t.Errorf("the text shows an identity id, or not the end of it: %v", failure)
		}
	}
}

func TestAnswersThatAreNotOfAWS(t *testing.T) {
	for what, test := range map[string]struct {
		handler http.HandlerFunc
		want    Class
	}{
		"a proxy's page": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "<html>SECRETPAGE")
		}, ClassGarbled},
		"garbage": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\x00SECRETPAGE") }, ClassGarbled},
		"nothing": {func(http.ResponseWriter, *http.Request) {}, ClassGarbled},
		"a gateway's 502": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, "SECRETPAGE")
		}, ClassUnavailable},
		"a connection that ends": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, ClassUnreachable},
	} {
		for _, failure := range asked(t, test.handler) {
			if failure.Class != test.want || strings.Contains(failure.Error(), "SECRETPAGE") {
				t.Errorf("%s: got %s, %v, want %s", what, failure.Class, failure, test.want)
			}
		}
	}
}

func TestNobodyAnswers(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()
	for what, url := range map[string]string{
		"a closed port":   closed,
		"an unknown host": "http://nowhere.invalid",
	} {
		for _, failure := range askedAt(t, url) {
			if failure.Class != ClassUnreachable {
				t.Errorf("%s: got %s, %v, want %s", what, failure.Class, failure, ClassUnreachable)
			}
		}
	}
}
