package provider

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity/types"
)

// Cognito asks a Cognito identity pool for credentials. By the enhanced flow these
// are GetId and GetCredentialsForIdentity, and by the classic one GetId,
// GetOpenIdToken and AssumeRoleWithWebIdentity, none of them signed. For a
// [Developer], GetOpenIdTokenForDeveloperIdentity comes first, which is signed.
// https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html
type Cognito struct {
	Pool       PoolID
	Identity   Secret // one that the user names, else AWS is asked for one
	Logins     []Login
	CustomRole RoleARN     // one of the roles that a login's token names, else the pool's choice
	Classic    *AssumeRole // the session that the classic flow asks for, From left empty
	Developer  *Developer
	From       Source // signs for the Developer
}

// Label names the pool and who asks, the role if that is not the pool's choice, and
// the source if there is one.
func (r *Cognito) Label() string {
	label := r.Pool.String() + " "
	switch {
	case r.Developer != nil:
		label += "as " + shorten(r.Developer.User) + " of " + strings.Join(append([]string{r.Developer.Provider}, r.providers()...), ", ")
	case len(r.Logins) == 0:
		label += "as a guest"
	default:
		label += "with " + strings.Join(r.providers(), ", ")
	}
	switch {
	case r.Classic != nil:
		label += " for " + r.Classic.RoleARN.String()
	case r.CustomRole != (RoleARN{}):
		label += " for " + r.CustomRole.String()
	}
	if r.Developer != nil {
		label += " from " + r.From.label()
	}
	return label
}

func (r *Cognito) providers() []string {
	var providers []string
	for _, login := range r.Logins {
		providers = append(providers, login.Provider)
	}
	slices.Sort(providers)
	return providers
}

// KeptKeys implements [Request]: only a developer's request is signed.
func (r *Cognito) KeptKeys() string {
	if r.Developer == nil {
		return ""
	}
	return r.From.Keys
}

// Runs implements [Request].
func (r *Cognito) Runs() bool {
	return r.Developer != nil && r.From.runs() ||
		slices.ContainsFunc(r.Logins, func(l Login) bool { return l.Token.runs() })
}

// Facts implements [Request].
func (r *Cognito) Facts(ctx context.Context) (Facts, error) {
	facts, err := r.IdentityFacts(ctx)
	if err != nil {
		return nil, err
	}
	facts["kind"] = "cognito"
	if !r.Identity.Empty() {
		facts["identity"] = digest([]byte(r.Identity.reveal()))
	}
	if r.CustomRole != (RoleARN{}) {
		facts["custom role arn"] = r.CustomRole.String()
	}
	if r.Classic != nil {
		if facts["classic"], err = r.Classic.Facts(ctx); err != nil {
			return nil, err
		}
	}
	if r.Developer != nil {
		// The lifetime of the token that is exchanged changes nothing.
		if len(r.Developer.PrincipalTags) > 0 {
			facts["principal tags"] = r.Developer.tags()
		}
		if facts["source"], err = r.From.facts(ctx); err != nil {
			return nil, err
		}
	}
	return facts, nil
}

// IdentityFacts are those that the identity id depends on: the pool and whose
// the logins are.
func (r *Cognito) IdentityFacts(ctx context.Context) (Facts, error) {
	logins := map[string]any{}
	for _, login := range r.Logins {
		token, err := login.Token.facts(ctx)
		if err != nil {
			return nil, err
		}
		logins[login.Provider] = token
	}
	facts := Facts{
		"kind":     "identity",
		"pool":     r.Pool.String(),
		"logins":   logins,
		"endpoint": endpointFact("COGNITO_IDENTITY"),
	}
	if r.Developer != nil {
		facts["developer"] = map[string]any{r.Developer.Provider: r.Developer.User}
	}
	return facts, nil
}

// Mint implements [Request]. A kept identity id that AWS no longer knows, or
// that is another user's, is dropped, and another asked for, once.
func (r *Cognito) Mint(ctx context.Context, given Given) (Minted, error) {
	logins, err := r.readLogins(ctx, given)
	if err != nil {
		return Minted{}, err
	}
	cfg, err := loadAnonymous(ctx)
	if err != nil {
		return Minted{}, fail("read the AWS settings", err)
	}
	e := &exchange{Cognito: r, given: given, client: r.client(cfg, given), logins: logins}
	if r.Developer != nil {
		return e.asDeveloper(ctx)
	}
	named, err := r.named(logins)
	if err != nil {
		return Minted{}, err
	}
	if !named.Empty() {
		return e.as(ctx, named)
	}
	if !given.Identity.Empty() {
		minted, err := e.as(ctx, given.Identity)
		if !isStale(err) {
			return minted, err
		}
	}
	return e.asWhomAWSSays(ctx)
}

// named is the identity that the request leaves no choice of: the one that the
// user names, or the one that a token of the pool's own is for, which a backend
// of the pool's owner has got with GetOpenIdTokenForDeveloperIdentity. GetId
// refuses such a token.
func (r *Cognito) named(logins []proof) (Secret, error) {
	if !r.Identity.Empty() {
		return r.Identity, nil
	}
	for _, login := range logins {
		pool, id := poolAndIdentity(login.text)
		switch {
		case id.Empty() || login.Provider != poolLogin(login.text):
		case pool != r.Pool.String():
			return Secret{}, &Failure{Class: ClassLogin, Step: "use token " + login.Token.String(), Cause: "it is of another identity pool, " + shorten(pool)}
		default:
			return id, nil
		}
	}
	return Secret{}, nil
}

// isStale reports whether a kept identity id is to be dropped.
func isStale(err error) bool {
	var unknown *types.ResourceNotFoundException
	var conflict *types.ResourceConflictException
	var refused *types.NotAuthorizedException
	return errors.As(err, &unknown) || errors.As(err, &conflict) ||
		errors.As(err, &refused) && strings.HasPrefix(refused.ErrorMessage(), loginsDoNotMatch)
}

// loginsDoNotMatch begins what AWS says of logins that are not the identity's.
const loginsDoNotMatch = "Logins don't match"
