package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity/types"
)

// Cognito asks a Cognito identity pool for credentials by the enhanced flow:
// GetId, then GetCredentialsForIdentity, neither of them signed.
// https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html
type Cognito struct {
	Pool     PoolID
	Identity Secret // one that the user names, else AWS is asked for one
	Logins   []Login
}

// A Login proves to an identity pool who asks; without one, it is a guest.
type Login struct {
	Provider string // as the pool names it: accounts.google.com, cognito-idp.REGION.amazonaws.com/POOL
	Token    Token
}

// A PoolID is the id of an identity pool, REGION:GUID.
type PoolID struct {
	Region string
	text   string
}

func (p PoolID) String() string { return p.text }

// regionOf returns the region of REGION:GUID, the form of the API's
// IdentityPoolId and IdentityId, or nothing if that is not the form. A regular
// expression would be compiled at every start.
func regionOf(id string) string {
	const guid = "00000000-0000-0000-0000-000000000000"
	region, rest, ok := strings.Cut(id, ":")
	if !ok || len(region) > 32 || strings.Count(region, "-") < 2 || len(rest) != len(guid) {
		return ""
	}
	for i, r := range []byte(rest) {
		isHex := r >= '0' && r <= '9' || r >= 'a' && r <= 'f'
		if guid[i] == '-' && r != '-' || guid[i] == '0' && !isHex {
			return ""
		}
	}
	if !isRegion(region) {
		return ""
	}
	return region
}

// isRegion holds for text that can be a part of a host name, as regions are.
func isRegion(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}

// ParsePoolID reads an identity pool's id.
func ParsePoolID(text string) (PoolID, error) {
	region := regionOf(text)
	if region == "" {
		return PoolID{}, fmt.Errorf("identity pool id %q is malformed; it looks like eu-west-1:12345678-90ab-cdef-1234-567890abcdef", shorten(text))
	}
	return PoolID{Region: region, text: text}, nil
}

// ParseIdentityID reads an identity id, without ever showing it: a guest's is
// enough to get credentials.
func ParseIdentityID(text string) (Secret, error) {
	if regionOf(text) == "" {
		return Secret{}, errors.New("identity id is malformed; it looks like an identity pool's id")
	}
	return NewSecret(text), nil
}

// ParseLogin reads PROVIDER=TOKEN.
func ParseLogin(text string) (Login, error) {
	provider, reference, ok := strings.Cut(text, "=")
	if !ok || provider == "" || len(provider) > 128 {
		return Login{}, errors.New("login is not PROVIDER=file:PATH, PROVIDER=env:NAME or PROVIDER=exec:PATH")
	}
	token, err := ParseToken(reference)
	if err != nil {
		return Login{}, fmt.Errorf("login %s: %w", shorten(provider), err)
	}
	return Login{Provider: provider, Token: token}, nil
}

// Label names the pool and who asks.
func (r *Cognito) Label() string {
	if len(r.Logins) == 0 {
		return r.Pool.String() + " as a guest"
	}
	var providers []string
	for _, login := range r.Logins {
		providers = append(providers, login.Provider)
	}
	slices.Sort(providers)
	return r.Pool.String() + " with " + strings.Join(providers, ", ")
}

// KeptKeys implements [Request]: nothing of the enhanced flow is signed.
func (r *Cognito) KeptKeys() string { return "" }

// Runs implements [Request].
func (r *Cognito) Runs() bool {
	return slices.ContainsFunc(r.Logins, func(l Login) bool { return l.Token.runs() })
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
	return Facts{
		"kind":     "identity",
		"pool":     r.Pool.String(),
		"logins":   logins,
		"endpoint": endpointFact("COGNITO_IDENTITY"),
	}, nil
}

// Mint implements [Request]. An identity id that AWS no longer knows is dropped,
// and another asked for, once.
func (r *Cognito) Mint(ctx context.Context, given Given) (Minted, error) {
	client, logins, err := r.open(ctx, given)
	if err != nil {
		return Minted{}, err
	}
	identity := r.Identity
	if identity.Empty() {
		identity = given.Identity
	}
	if !identity.Empty() {
		minted, err := r.credentials(ctx, client, identity, logins)
		var unknown *types.ResourceNotFoundException
		if !errors.As(err, &unknown) || !r.Identity.Empty() {
			return minted, err
		}
	}
	out, err := client.GetId(ctx, &cognitoidentity.GetIdInput{IdentityPoolId: aws.String(r.Pool.String()), Logins: reveal(logins)})
	if err != nil {
		return Minted{}, fail("get an identity from pool "+r.Pool.String(), err, secretsOf(logins)...)
	}
	identity, err = ParseIdentityID(aws.ToString(out.IdentityId))
	if err != nil {
		return Minted{}, &Failure{Class: ClassGarbled, Step: "get an identity from pool " + r.Pool.String(), Cause: "AWS answered without an identity id", err: err}
	}
	return r.credentials(ctx, client, identity, logins)
}

func (r *Cognito) open(ctx context.Context, given Given) (*cognitoidentity.Client, map[string]Secret, error) {
	logins := map[string]Secret{}
	for _, login := range r.Logins {
		token, err := login.Token.read(ctx)
		if err != nil {
			return nil, nil, err
		}
		logins[login.Provider] = token
	}
	cfg, err := loadAnonymous(ctx)
	if err != nil {
		return nil, nil, fail("read the AWS settings", err)
	}
	cfg.Region = r.Pool.Region
	limitAttempts(&cfg, given.Attempts)
	return cognitoidentity.NewFromConfig(cfg), logins, nil
}

func (r *Cognito) credentials(ctx context.Context, client *cognitoidentity.Client, identity Secret, logins map[string]Secret) (Minted, error) {
	step := "get credentials from pool " + r.Pool.String()
	out, err := client.GetCredentialsForIdentity(ctx, &cognitoidentity.GetCredentialsForIdentityInput{
		IdentityId: aws.String(identity.reveal()),
		Logins:     reveal(logins),
	})
	if err != nil {
		return Minted{}, fail(step, err, append(secretsOf(logins), identity)...)
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

func loadAnonymous(ctx context.Context) (aws.Config, error) {
	return loadConfig(ctx, config.WithCredentialsProvider(aws.AnonymousCredentials{}))
}

func reveal(logins map[string]Secret) map[string]string {
	if len(logins) == 0 {
		return nil
	}
	open := map[string]string{}
	for provider, token := range logins {
		open[provider] = token.reveal()
	}
	return open
}

func secretsOf(logins map[string]Secret) []Secret {
	var secrets []Secret
	for _, token := range logins {
		secrets = append(secrets, token)
	}
	return secrets
}
