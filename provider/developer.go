package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/smithy-go"
)

// A Developer is a user of an identity pool's developer provider: of the pool
// owner's own authentication system, who vouches for the user by signing.
// https://docs.aws.amazon.com/cognito/latest/developerguide/developer-authenticated-identities.html
type Developer struct {
	Provider      string // as the pool names it
	User          string
	PrincipalTags []PrincipalTag
	TokenDuration time.Duration // of the token that is exchanged for credentials, 1 second to 24 hours; 0 leaves it to AWS, which gives 15 minutes
}

// A PrincipalTag is a session tag that the pool gives to the user's sessions.
type PrincipalTag struct{ Key, Value string }

// ParseDeveloperProvider checks a pool's DeveloperProviderName.
func ParseDeveloperProvider(text string) (string, error) {
	allowed := func(r rune) bool { return isNameRune(r) && !strings.ContainsRune("+=,@", r) }
	if text == "" || len(text) > 128 || strings.ContainsFunc(text, func(r rune) bool { return !allowed(r) }) {
		return "", fmt.Errorf("developer provider %q is not 1 to 128 of a-z A-Z 0-9 . _ -", shorten(text))
	}
	return text, nil
}

// ParseDeveloperUser checks a DeveloperUserIdentifier.
func ParseDeveloperUser(text string) (string, error) {
	if text == "" || utf8.RuneCountInString(text) > 1024 || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", errors.New("developer user is not 1 to 1,024 printable characters")
	}
	return text, nil
}

// ParsePrincipalTag reads KEY=VALUE. The limits are those of
// GetOpenIdTokenForDeveloperIdentity's PrincipalTags.
func ParsePrincipalTag(text string) (PrincipalTag, error) {
	key, value, ok := strings.Cut(text, "=")
	keyLength, valueLength := utf8.RuneCountInString(key), utf8.RuneCountInString(value)
	if !ok || keyLength < 1 || keyLength > 128 || valueLength < 1 || valueLength > 256 {
		return PrincipalTag{}, fmt.Errorf("principal tag %q is not KEY=VALUE, of 1 to 128 and 1 to 256 characters", shorten(text))
	}
	return PrincipalTag{key, value}, nil
}

func (d *Developer) tags() map[string]string {
	tags := map[string]string{}
	for _, tag := range d.PrincipalTags {
		tags[tag.Key] = tag.Value
	}
	return tags
}

// asDeveloper gets a token of the pool's own for a developer's user, to whose
// identity AWS links the logins. No kept identity id is sent: it is AWS that
// knows whose the user is, and would link the user to that identity again if
// somebody has unlinked it.
func (e *exchange) asDeveloper(ctx context.Context) (Minted, error) {
	step := "get a token from pool " + e.Pool.String() + " for " + e.Developer.Provider
	cfg, err := e.From.config(ctx, e.given)
	if err != nil {
		return Minted{}, err
	}
	logins := reveal(e.logins)
	if logins == nil {
		logins = map[string]string{}
	}
	logins[e.Developer.Provider] = e.Developer.User
	in := &cognitoidentity.GetOpenIdTokenForDeveloperIdentityInput{
		IdentityPoolId: aws.String(e.Pool.String()),
		IdentityId:     stringOrNil(e.Identity.reveal()),
		Logins:         logins,
	}
	if len(e.Developer.PrincipalTags) > 0 {
		in.PrincipalTags = e.Developer.tags()
	}
	if d := e.Developer.TokenDuration; d > 0 {
		in.TokenDuration = aws.Int64(int64(d.Seconds()))
	}
	out, err := e.Cognito.client(cfg, e.given).GetOpenIdTokenForDeveloperIdentity(ctx, in)
	if err != nil {
		failure := e.fail(step, err, e.Identity)
		// STS has this code for an identity provider's token. Here it is the signer's.
		var answer smithy.APIError
		if errors.As(err, &answer) && answer.ErrorCode() == "ExpiredTokenException" {
			failure.Class = ClassSourceExpired
		}
		return Minted{}, failure
	}
	identity, err := e.identityOf(step, out.IdentityId)
	if err != nil {
		return Minted{}, err
	}
	if aws.ToString(out.Token) == "" {
		return Minted{}, &Failure{Class: ClassGarbled, Step: step, Cause: "AWS answered without a token"}
	}
	token := NewSecret(*out.Token)
	if e.Classic != nil {
		return e.assumeRole(ctx, identity, token)
	}
	e.logins = []proof{{Login{Provider: poolLogin(token)}, token}}
	return e.credentials(ctx, identity)
}
