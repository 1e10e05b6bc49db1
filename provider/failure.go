package provider

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
)

// A Class is the kind of a failure: what to do about it follows from it.
type Class string

// The classes of failures.
const (
	ClassDenied        Class = "denied"         // AWS knows the caller and refuses
	ClassSourceExpired Class = "source-expired" // the source's credentials have run out
	ClassSourceInvalid Class = "source-invalid" // AWS does not know the source's keys
	ClassSource        Class = "source"         // the source gave no credentials
	ClassNoKeys        Class = "no-keys"        // no access keys are kept under the name
	ClassLocked        Class = "locked"         // the keyring that has the access keys is locked
	ClassNoPassphrase  Class = "no-passphrase"  // the files that have them cannot be decrypted
	ClassToken         Class = "token"          // the identity provider's token is not accepted
	ClassNoToken       Class = "no-token"       // there is no such token to be read
	ClassGuests        Class = "guests"         // the identity pool has no guests
	ClassLogin         Class = "login"          // the login is none of the identity pool's
	ClassLinked        Class = "linked"         // the login or user belongs to another identity
	ClassRoleMapping   Class = "role-mapping"   // the pool finds no role for the login, or not the one that was asked for
	ClassPoolRole      Class = "pool-role"      // the pool cannot assume the role that it has for the login
	ClassFlow          Class = "flow"           // the pool does not allow the classic flow
	ClassNotFound      Class = "not-found"      // the identity pool or identity does not exist
	ClassPolicy        Class = "policy"         // the session policies or tags are no good, or too long
	ClassRegion        Class = "region"         // STS is switched off there
	ClassRejected      Class = "rejected"       // AWS refuses a parameter
	ClassClock         Class = "clock"          // the local clock is wrong
	ClassThrottled     Class = "throttled"
	ClassUnavailable   Class = "unavailable" // AWS answered with a server error
	ClassUnreachable   Class = "unreachable" // no answer came
	ClassGarbled       Class = "garbled"     // the answer was none of AWS's
	ClassLoop          Class = "loop"        // a profile reaches itself
	ClassPrompt        Class = "prompt"      // a human was asked and gave no answer
	ClassCode          Class = "code"        // AWS refuses the MFA code
	ClassOldSession    Class = "old-session" // AWS refuses, through an MFA session of a while ago
	ClassSignIn        Class = "sign-in"     // a human has to begin the source's session again
	ClassTemporary     Class = "temporary"   // the source is a session, where only long-lived keys will do
	ClassTooLong       Class = "too-long"    // a longer lifetime was asked for than AWS gives
)

// A Failure is why a mint brought nothing. Its text is one line without a
// secret in it.
type Failure struct {
	Class Class
	Step  string // verb and object
	Cause string
	err   error
}

func (f *Failure) Error() string { return f.Step + ": " + f.Cause }

func (f *Failure) Unwrap() error { return f.err }

// classOfCode says what AWS's error codes mean. They are those of the STS and
// Cognito Identity API references and of the common errors of both.
var classOfCode = map[string]Class{
	"AccessDenied":            ClassDenied,
	"AccessDeniedException":   ClassDenied,
	"NotAuthorizedException":  ClassDenied,
	"RegionDisabledException": ClassRegion,

	"MalformedPolicyDocument": ClassPolicy,
	"PackedPolicyTooLarge":    ClassPolicy,

	"ExpiredToken":          ClassSourceExpired,
	"RequestExpired":        ClassClock,
	"RequestTimeTooSkewed":  ClassClock,
	"ExpiredTokenException": ClassToken,

	"InvalidClientTokenId":                ClassSourceInvalid,
	"UnrecognizedClientException":         ClassSourceInvalid,
	"SignatureDoesNotMatch":               ClassSourceInvalid,
	"InvalidSignatureException":           ClassSourceInvalid,
	"IncompleteSignature":                 ClassSourceInvalid,
	"MissingAuthenticationToken":          ClassSourceInvalid,
	"IncompleteSignatureException":        ClassSourceInvalid,
	"MissingAuthenticationTokenException": ClassSourceInvalid,

	"InvalidIdentityToken":                      ClassToken,
	"InvalidIdentityTokenException":             ClassToken,
	"IDPRejectedClaim":                          ClassToken,
	"IDPCommunicationError":                     ClassUnavailable,
	"ExternalServiceException":                  ClassUnavailable,
	"InternalErrorException":                    ClassUnavailable,
	"InternalFailure":                           ClassUnavailable,
	"ServiceUnavailable":                        ClassUnavailable,
	"ResourceNotFoundException":                 ClassNotFound,
	"ResourceConflictException":                 ClassLinked,
	"DeveloperUserAlreadyRegisteredException":   ClassLinked,
	"InvalidIdentityPoolConfigurationException": ClassPoolRole,
	"ConcurrentModificationException":           ClassThrottled,

	"Throttling":               ClassThrottled,
	"ThrottlingException":      ClassThrottled,
	"ThrottledException":       ClassThrottled,
	"TooManyRequestsException": ClassThrottled,
	"RequestLimitExceeded":     ClassThrottled,
	"LimitExceededException":   ClassThrottled,
}

// fail makes a Failure of an error of the SDK. What is in secrets, and a guest's
// identity id, do not show in its text.
func fail(step string, err error, secrets ...Secret) *Failure {
	class, cause := explain(err)
	for _, secret := range secrets {
		if !secret.Empty() {
			cause = strings.ReplaceAll(cause, secret.reveal(), secret.Tail())
		}
	}
	return &Failure{Class: class, Step: step, Cause: oneLine(cause), err: err}
}

// explain finds the class of an error and the part of its text that is worth
// reading. An answer of AWS is never quoted raw.
func explain(err error) (Class, string) {
	var failure *Failure
	if errors.As(err, &failure) {
		return failure.Class, failure.Error()
	}
	var answer smithy.APIError
	if errors.As(err, &answer) && answer.ErrorCode() != "" && answer.ErrorCode() != "UnknownError" {
		// After a wrong signature's first line AWS quotes the request, with the
		// session token in it.
		message, _, _ := strings.Cut(answer.ErrorMessage(), "\n")
		return classOfAnswer(answer, err), answer.ErrorCode() + ": " + maskTokens(message)
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() >= 500 {
		return ClassUnavailable, "AWS answered " + response.Response.Status
	}
	var unread *smithy.DeserializationError
	if errors.As(err, &unread) || response != nil && response.HTTPStatusCode() != 0 {
		return ClassGarbled, "the answer is none of AWS's"
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return ClassUnreachable, "no answer in time"
	}
	return explainLocal(err)
}

func classOfAnswer(answer smithy.APIError, err error) Class {
	code, message := answer.ErrorCode(), answer.ErrorMessage()
	switch {
	case strings.HasPrefix(message, "MultiFactorAuthentication failed"):
		return ClassCode
	case strings.Contains(message, "1 hour session limit"), strings.Contains(message, "MaxSessionDuration"):
		return ClassTooLong
	}
	if strings.HasPrefix(message, "Signature expired:") || strings.HasPrefix(message, "Signature not yet current:") {
		return ClassClock
	}
	if class, ok := classOfPool(code, message); ok {
		return class
	}
	if class, ok := classOfCode[code]; ok {
		return class
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() >= 500 {
		return ClassUnavailable
	}
	return ClassRejected
}

// classOfPool tells apart what Cognito says with one code: that guests are
// refused, that a login is, and that a login has run out.
func classOfPool(code, message string) (Class, bool) {
	if code != "NotAuthorizedException" && code != "InvalidParameterException" {
		return "", false
	}
	for _, known := range []struct {
		text  string
		class Class
	}{
		{"Unauthenticated access is not supported", ClassGuests},
		{"ambiguous role mapping", ClassRoleMapping},
		{"please use enhanced flow", ClassFlow},
		{"supported provider", ClassLogin},
		{"developer provider", ClassLogin},
		{"valid public provider", ClassLogin},
		{"Issuer doesn't match", ClassLogin},
		{loginsDoNotMatch, ClassLinked},
		{"login token", ClassToken},
	} {
		if strings.Contains(message, known.text) {
			return known.class, true
		}
	}
	return "", false
}

// explainLocal handles what went wrong on the way to AWS.
func explainLocal(err error) (Class, string) {
	var missing config.SharedConfigProfileNotExistError
	isMissing := errors.As(err, &missing)
	var role config.SharedConfigAssumeRoleError
	switch {
	case errors.As(err, &role) && isMissing:
		return ClassSource, "its source_profile " + role.Profile + " is no profile"
	case errors.As(err, &role):
		return ClassSource, "its source_profile " + role.Profile + " has no credentials"
	case isMissing:
		return ClassSource, "no such profile in the AWS config and credentials files"
	}
	var unresolved *net.DNSError
	if errors.As(err, &unresolved) {
		return ClassUnreachable, "look up " + unresolved.Name + ": " + unresolved.Err
	}
	var refused *net.OpError
	if errors.As(err, &refused) {
		return ClassUnreachable, refused.Error()
	}
	var request *url.Error
	if errors.As(err, &request) {
		return ClassUnreachable, request.Err.Error()
	}
	return ClassSource, err.Error()
}

// oneLine folds white space and keeps the text short enough to be read.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 300 {
		text = string(runes[:299]) + "…"
	}
	return text
}

// maskLongWords hides every word that is long enough to be a key or a token:
// 32 or more characters of the base64 alphabets, JWTs included.
func maskLongWords(text string) string {
	return maskWords(text, func(word string) bool { return len(word) >= 32 })
}

// maskTokens hides the tokens in what AWS says, which quotes a parameter that it
// does not take: what begins as JSON Web Tokens do, or is longer than any name.
func maskTokens(text string) string {
	return maskWords(text, func(word string) bool {
		return len(word) >= 32 && strings.HasPrefix(word, "eyJ") || len(word) > 700
	})
}

func maskWords(text string, isSecret func(word string) bool) string {
	isSecretRune := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+/=_-.", r)
	}
	var masked, word strings.Builder
	flush := func() {
		if isSecret(word.String()) {
			masked.WriteString(redacted)
		} else {
			masked.WriteString(word.String())
		}
		word.Reset()
	}
	for _, r := range text {
		if isSecretRune(r) {
			word.WriteRune(r)
			continue
		}
		flush()
		masked.WriteRune(r)
	}
	flush()
	return masked.String()
}
