package provider

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/smithy-go"
)

// explainSignIn tells the end of a session that a human has begun, which only he
// can begin again, from what else can go wrong with a profile.
func (s Source) explainSignIn(ctx context.Context, err error) error {
	if s.Profile == "" || !isSignInOver(ctx, err) {
		return err
	}
	profile, loadErr := loadProfile(ctx, s.Profile)
	for ; loadErr == nil && profile != nil; profile = profile.Source {
		var session, command string
		switch {
		case profile.SSOSessionName != "" || profile.SSOStartURL != "":
			session, command = "IAM Identity Center", "aws sso login"
		case profile.LoginSession != "":
			session, command = "aws login", "aws login"
		default:
			continue
		}
		return &Failure{
			Class: ClassSignIn,
			Step:  "resolve source " + s.label(),
			Cause: "its session of " + session + " has ended or not begun; run: " + command + " --profile " + profile.Profile,
			err:   err,
		}
	}
	return err
}

// isSignInOver judges an error of a profile with such a session. What is no
// answer of a service is about the file in which the session's token is.
func isSignInOver(ctx context.Context, err error) bool {
	var known *Failure
	var process *processcreds.ProviderError
	if ctx.Err() != nil || errors.As(err, &known) || errors.As(err, &process) {
		return false
	}
	// A role's request fails inside with the request for its source's credentials.
	var call, inner *smithy.OperationError
	for within := err; errors.As(within, &inner); within = inner.Err {
		call = inner
	}
	var answer smithy.APIError
	answered := errors.As(err, &answer)
	if call == nil || !answered && strings.Contains(call.Err.Error(), "get credentials: ") {
		// The SDK leaves the operation out of this refusal.
		return !strings.Contains(err.Error(), "insufficient permissions")
	}
	if !answered {
		return false
	}
	switch call.Service() {
	case "SSO":
		return answer.ErrorCode() == "UnauthorizedException"
	case "SSO OIDC", "Signin":
		class := classOfAnswer(answer, err)
		return class != ClassUnavailable && class != ClassThrottled
	}
	return false
}
