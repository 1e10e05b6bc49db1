package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity/types"
)

// An exchange is of logins for an identity, and of that for credentials: the calls
// of one mint.
type exchange struct {
	*Cognito
	given  Given
	client *cognitoidentity.Client
	logins []proof
}

func (r *Cognito) client(cfg aws.Config, given Given) *cognitoidentity.Client {
	cfg.Region = r.Pool.Region
	limitAttempts(&cfg, given.Attempts)
	return cognitoidentity.NewFromConfig(cfg)
}

func (e *exchange) asWhomAWSSays(ctx context.Context) (Minted, error) {
	step := "get an identity from pool " + e.Pool.String()
	out, err := e.client.GetId(ctx, &cognitoidentity.GetIdInput{
		IdentityPoolId: aws.String(e.Pool.String()),
		Logins:         reveal(e.logins),
	})
	if err != nil {
		return Minted{}, e.fail(step, err)
	}
	identity, err := e.identityOf(step, out.IdentityId)
	if err != nil {
		return Minted{}, err
	}
	return e.as(ctx, identity)
}

// as gets the credentials of an identity, by the flow that is asked for.
func (e *exchange) as(ctx context.Context, identity Secret) (Minted, error) {
	if e.Classic == nil {
		return e.credentials(ctx, identity)
	}
	step := "get a token from pool " + e.Pool.String()
	out, err := e.client.GetOpenIdToken(ctx, &cognitoidentity.GetOpenIdTokenInput{
		IdentityId: aws.String(identity.reveal()),
		Logins:     reveal(e.logins),
	})
	if err != nil {
		return Minted{}, e.fail(step, err, identity)
	}
	if aws.ToString(out.Token) == "" {
		return Minted{}, &Failure{Class: ClassGarbled, Step: step, Cause: "AWS answered without a token"}
	}
	return e.assumeRole(ctx, identity, NewSecret(*out.Token))
}

func (e *exchange) credentials(ctx context.Context, identity Secret) (Minted, error) {
	step := "get credentials from pool " + e.Pool.String()
	out, err := e.client.GetCredentialsForIdentity(ctx, &cognitoidentity.GetCredentialsForIdentityInput{
		IdentityId:    aws.String(identity.reveal()),
		Logins:        reveal(e.logins),
		CustomRoleArn: stringOrNil(e.CustomRole.String()),
	})
	if err != nil {
		failure := e.fail(step, err, identity)
		if e.CustomRole != (RoleARN{}) && (failure.Class == ClassDenied || failure.Class == ClassRejected) {
			failure.Class = ClassRoleMapping
			failure.Cause += rolesIn(e.logins)
		}
		return Minted{}, failure
	}
	c := out.Credentials
	if c == nil {
		c = &types.Credentials{}
	}
	lease, err := leaseOf(c.AccessKeyId, c.SecretKey, c.SessionToken, c.Expiration)
	if err != nil {
		return Minted{}, &Failure{Class: ClassGarbled, Step: step, Cause: err.Error(), err: err}
	}
	issued, skew := clockOf(out.ResultMetadata)
	return Minted{Credentials: lease, Issued: issued, Skew: skew, Identity: identity}, nil
}

// assumeRole ends the classic flow.
func (e *exchange) assumeRole(ctx context.Context, identity, token Secret) (Minted, error) {
	minted, err := e.Classic.withWebIdentity(ctx, token, e.given)
	if err != nil {
		return Minted{}, err
	}
	minted.Identity = identity
	return minted, nil
}

func (e *exchange) identityOf(step string, id *string) (Secret, error) {
	identity, err := ParseIdentityID(aws.ToString(id))
	if err != nil {
		return Secret{}, &Failure{Class: ClassGarbled, Step: step, Cause: "AWS answered without an identity id", err: err}
	}
	return identity, nil
}

// fail explains what AWS says of the logins.
func (e *exchange) fail(step string, err error, secrets ...Secret) *Failure {
	for _, login := range e.logins {
		secrets = append(secrets, login.text)
	}
	failure := fail(step, err, secrets...)
	failure.Cause = maskIdentities(failure.Cause, e.Pool)
	switch failure.Class {
	case ClassRoleMapping:
		failure.Cause += rolesIn(e.logins)
	case ClassToken:
		for _, login := range e.logins {
			failure.Cause = login.Token.withEnd(login.text, e.given.Skew, failure.Cause)
		}
	}
	return failure
}

func loadAnonymous(ctx context.Context) (aws.Config, error) {
	return loadConfig(ctx, config.WithCredentialsProvider(aws.AnonymousCredentials{}))
}

// A proof is a login whose token has been read.
type proof struct {
	Login
	text Secret
}

// maxLoginToken is the length of a token in the Logins of Cognito's API.
const maxLoginToken = 50_000

func (r *Cognito) readLogins(ctx context.Context, given Given) ([]proof, error) {
	var logins []proof
	for _, login := range r.Logins {
		text, err := login.Token.readToUse(ctx, maxLoginToken, given.Skew)
		if err != nil {
			return nil, err
		}
		logins = append(logins, proof{login, text})
	}
	return logins, nil
}

func reveal(logins []proof) map[string]string {
	open := map[string]string{}
	for _, login := range logins {
		open[login.Provider] = login.text.reveal()
	}
	if len(open) == 0 {
		return nil
	}
	return open
}

// rolesIn says which roles the tokens name, for a choice among them: the names of
// a few, so that there is room for what to do.
func rolesIn(logins []proof) string {
	named := map[string]bool{}
	for _, login := range logins {
		for _, role := range rolesOf(login.text) {
			named[shorten(role[strings.LastIndexByte(role, '/')+1:])] = true
		}
	}
	if len(named) == 0 {
		return " (the login's token names no roles)"
	}
	names, more := slices.Sorted(maps.Keys(named)), ""
	if len(names) > 3 {
		names, more = names[:3], fmt.Sprintf(" and %d more", len(names)-3)
	}
	return " " + oneLine("(the login's token names the roles "+strings.Join(names, ", ")+more+")")
}
