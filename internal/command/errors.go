package command

import (
	"errors"
	"os"
	"strings"
	"unicode/utf8"

	"credlease/cache"
	"credlease/internal/awsconfig"
	"credlease/internal/prompt"
	"credlease/provider"

	"github.com/alecthomas/kong"
)

// Exit codes. 80 is kong's own for a command line that cannot be read.
const (
	exitFailure = 1
	exitUsage   = 80
)

// maxErrorSize keeps an error to what an SDK passes on.
const maxErrorSize = 500

// A result is a failure with an exit code and a hint of its own. One without an
// error has been told already.
type result struct {
	error
	code int
	hint string
}

// stderr is the process's own: in os.Stderr another may stand while a keyring's
// program that hangs is waited for no more.
var stderr = os.Stderr

// Exit tells a failure on one line of stderr and returns the exit code.
func Exit(err error) int {
	if err == nil {
		return 0
	}
	code := exitFailure
	var known result
	if errors.As(err, &known) {
		if code = known.code; known.error == nil {
			return code
		}
	}
	next := hint(err)
	var usage *kong.ParseError
	if errors.As(err, &usage) {
		code = exitUsage
		next = "run: credlease " + commandOf(usage) + "--help"
	}
	if strings.HasSuffix(err.Error(), "; "+next) {
		next = "" // Another process of a chain has said it.
	}
	stderr.WriteString(fit("credlease: "+err.Error(), next) + "\n")
	return code
}

func commandOf(usage *kong.ParseError) string {
	if usage.Context == nil || usage.Context.Selected() == nil {
		return ""
	}
	return usage.Context.Selected().Path() + " "
}

// hint says what to do about an error.
func hint(err error) string {
	var failure *provider.Failure
	var held *cache.HeldError
	var silent *cache.SilentError
	var exists *awsconfig.ExistsError
	var shadow *shadowError
	var tried *tryError
	var known result
	switch {
	case errors.As(err, &known):
		return known.hint
	case errors.As(err, &exists):
		return "to replace it, add --replace"
	case errors.As(err, &shadow):
		return shadow.hint()
	case errors.As(err, &tried):
		return "nothing was written; to write it nevertheless, add --no-try"
	case errors.Is(err, cache.ErrNoPassphrase), errors.Is(err, cache.ErrPassphrase):
		return hints[provider.ClassNoPassphrase]
	case errors.Is(err, cache.ErrLocked):
		return hints[provider.ClassLocked]
	case errors.Is(err, cache.ErrNoKeys):
		return hints[provider.ClassNoKeys]
	case errors.Is(err, cache.ErrKeysExist):
		return "to replace them, add --replace"
	case errors.Is(err, cache.ErrNoStore):
		return "run: credlease status"
	case errors.As(err, &silent):
		return "run: credlease doctor"
	case errors.As(err, &held):
		return "wait for it, or end it"
	case errors.As(err, &failure):
		return hints[failure.Class]
	case errors.Is(err, prompt.ErrNoTerminal):
		return "run it on a terminal, or pipe the answers in"
	}
	return ""
}

// hints are by class: what is wrong decides what helps.
var hints = map[provider.Class]string{
	provider.ClassDenied:        "see the role's trust policy, the caller's permissions, or the pool's settings",
	provider.ClassSourceExpired: "log the source in again",
	provider.ClassSourceInvalid: "AWS does not know the source's access keys; see keys list, or the source profile",
	provider.ClassSource:        "see the source's own settings",
	provider.ClassNoKeys:        "run: credlease keys list, or keys add",
	provider.ClassLocked:        "run: credlease unlock",
	provider.ClassNoPassphrase:  "set CREDLEASE_FILE_PASSPHRASE to the passphrase of the file backend",
	provider.ClassToken:         "get a new token from the identity provider",
	provider.ClassNoToken:       "see the file, variable or program of the token",
	provider.ClassGuests:        "allow guests in the pool, or add --login",
	provider.ClassPolicy:        "see --policy, --policy-arn and --tag",
	provider.ClassRegion:        "activate STS for that region in the account, or name another with --region",
	provider.ClassRejected:      "see --help for what AWS takes",
	provider.ClassLogin:         "see the provider's name in --login or --developer-provider, and the pool's identity providers",
	provider.ClassLinked:        "a login or user is linked to another identity; leave out --identity-id, or unlink it in the pool",
	provider.ClassRoleMapping:   "name one of the token's roles with --custom-role-arn, or change the pool's role mapping",
	provider.ClassPoolRole:      "let the pool have a role that trusts cognito-identity.amazonaws.com for this pool",
	provider.ClassFlow:          "leave out --classic, or allow the classic flow in the pool's settings",
	provider.ClassNotFound:      "see the identity pool id and its region",
	provider.ClassClock:         "set the clock",
	provider.ClassThrottled:     "try again in a moment",
	provider.ClassUnavailable:   "try again in a moment",
	provider.ClassUnreachable:   "see the network, and AWS_ENDPOINT_URL if it is set",
	provider.ClassGarbled:       "see whether a proxy or AWS_ENDPOINT_URL answers in AWS's place",
	provider.ClassPrompt:        "on a terminal, run: credlease session-token with the same source and --mfa-serial; or add --mfa-process PATH",
	provider.ClassCode:          "see the device, its serial, and the clocks of both",
	provider.ClassOldSession:    "see the role's trust policy and the caller's permissions; if the role asks for a recent MFA code, add --no-mfa-session",
	provider.ClassTemporary:     "leave out --mfa-serial, or name a source with access keys of its own",
	provider.ClassTooLong:       "leave out --duration-seconds, or ask for less",
	provider.ClassLoop:          "name another source in the profile",
}

// fit puts an error and what to do about it on one line of UTF-8, short enough for
// every SDK. What is cut is the error, unless what to do is as long itself.
func fit(what, next string) string {
	what, next = clean(what), clean(next)
	if next != "" {
		next = "; " + next
	}
	if len(next) > maxErrorSize/2 {
		what, next = what+next, ""
	}
	room := maxErrorSize - len("\n") - len(next)
	if len(what) <= room {
		return what + next
	}
	cut := room - len("…")
	for !utf8.RuneStart(what[cut]) {
		cut--
	}
	return what[:cut] + "…" + next
}

func clean(text string) string {
	return printable(strings.ToValidUTF8(strings.Join(strings.Fields(text), " "), "?"))
}
