package standin

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// cognitoIssuer names the tokens that identity pools issue, and the login that
// they are.
const cognitoIssuer = "cognito-identity.amazonaws.com"

// pool is what the settings of an identity pool allow.
type pool struct {
	guests  bool
	classic bool // GetOpenIdToken, "basic (classic) flow" in the settings
	mapped  bool // the role is chosen from the login's token, or none is
	bare    bool // it has no role at all
}

var pools = map[string]pool{
	GuestPool:    {guests: true, classic: true},
	LoginPool:    {classic: true},
	EnhancedPool: {guests: true},
	MappedPool:   {classic: true, mapped: true},
	BarePool:     {guests: true, classic: true, bare: true},
}

// identity is one of a pool's, a guest's if no login belongs to it.
type identity struct {
	pool   string
	logins map[string]string // subject, or developer user, by provider
}

// subjects checks the logins and returns whose they are, by provider.
func (s *Standin) subjects(logins map[string]string) (map[string]string, *refusal) {
	subjects := map[string]string{}
	for provider, token := range logins {
		if provider == DeveloperProvider {
			return nil, refuse(400, "InvalidParameterException", "Please provide a valid public provider")
		}
		if !slices.Contains(providers, provider) {
			return nil, notAuthorized("Token is not from a supported provider of this identity pool.")
		}
		t, ok := readJWT(token)
		if !ok {
			return nil, notAuthorized("Invalid login token. Not a valid OpenId Connect identity token.")
		}
		if now := s.now(); !now.Before(t.expires()) {
			return nil, notAuthorized(fmt.Sprintf("Invalid login token. Token expired: %d >= %d", now.Unix(), t.Expires))
		}
		switch issuer := strings.TrimPrefix(t.Issuer, "https://"); {
		case issuer == cognitoIssuer:
			return nil, notAuthorized("Invalid login token. Can't pass in a Cognito token.")
		case issuer != provider:
			return nil, notAuthorized("Invalid login token. Issuer doesn't match providerName")
		}
		subjects[provider] = t.Subject
	}
	return subjects, nil
}

var errLinked = refuse(400, "ResourceConflictException", "Logins are already linked to another identity.")

// identityFor finds the identity that has one of the logins, or makes one, and
// links all of them to it. A guest always gets a new one.
func (s *Standin) identityFor(pool string, subjects map[string]string) (string, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found string
	for id, known := range s.identities {
		if known.pool != pool || !known.hasOneOf(subjects) {
			continue
		}
		if found != "" {
			return "", errLinked
		}
		found = id
	}
	if found == "" {
		region, _, _ := strings.Cut(pool, ":")
		found = region + ":" + randomUUID()
		s.identities[found] = &identity{pool, map[string]string{}}
		s.secrets = append(s.secrets, found)
	}
	return found, s.link(found, subjects)
}

func (i *identity) hasOneOf(subjects map[string]string) bool {
	for provider, subject := range subjects {
		if i.logins[provider] == subject {
			return true
		}
	}
	return false
}

// link adds logins to an identity, of which no other may have one.
func (s *Standin) link(id string, subjects map[string]string) *refusal {
	own := s.identities[id]
	for provider, subject := range subjects {
		if has := own.logins[provider]; has != "" && has != subject {
			return errLinked
		}
		for other, known := range s.identities {
			if other != id && known.pool == own.pool && known.logins[provider] == subject {
				return errLinked
			}
		}
		own.logins[provider] = subject
	}
	return nil
}

// identity checks that the logins are those of the identity: one of them at
// least, to which the others are then linked; or a token of the pool's own.
func (s *Standin) identity(in cognitoInput) (*identity, *refusal) {
	s.mu.Lock()
	known := s.identities[in.IdentityID]
	s.mu.Unlock()
	if known == nil {
		return nil, notFound("Identity", in.IdentityID)
	}
	if token, ok := in.Logins[cognitoIssuer]; ok {
		if t, ok := s.ownToken(token); !ok || t.Subject != in.IdentityID {
			return nil, errNoMatch
		}
		return known, nil
	}
	subjects, refused := s.subjects(in.Logins)
	if refused != nil {
		return nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(known.logins) > 0 && len(subjects) == 0:
		return nil, notAuthorized("Access to Identity '" + in.IdentityID + "' is forbidden.")
	case len(known.logins) > 0 && !known.hasOneOf(subjects):
		return nil, errNoMatch
	}
	return known, s.link(in.IdentityID, subjects)
}

var errNoMatch = notAuthorized("Logins don't match. Please include at least one valid login for this identity or identity pool.")

// ownToken reads a token that was issued here, and is not over.
func (s *Standin) ownToken(text string) (jwt, bool) {
	s.mu.Lock()
	issued := s.openIDTokens[text]
	s.mu.Unlock()
	t, ok := readJWT(text)
	return t, ok && issued && s.now().Before(t.expires())
}

// roleFor is the role that the enhanced flow gives.
func (s *Standin) roleFor(known *identity, in cognitoInput) (string, *refusal) {
	var roles []string
	var preferred, provider string
	for name, token := range in.Logins {
		t, _ := readJWT(token) // It has been checked.
		roles = append(roles, t.Roles...)
		preferred, provider = t.Preferred, name
	}
	mapped := pools[known.pool].mapped
	switch {
	case in.CustomRoleArn != "" && !slices.Contains(roles, in.CustomRoleArn):
		// AWS's reference has no text for this.
		return "", notAuthorized("CustomRoleArn is not one of the token's roles.")
	case in.CustomRoleArn != "":
		return nameOfRole(in.CustomRoleArn), nil
	case len(known.logins) == 0:
		return "Cognito_GuestRole", nil
	case mapped && preferred != "":
		return nameOfRole(preferred), nil
	case mapped && len(roles) == 1:
		return nameOfRole(roles[0]), nil
	case mapped:
		return "", notAuthorized("The ambiguous role mapping rules for: " + provider + " denied this request.")
	}
	return "Cognito_LoginRole", nil
}

func nameOfRole(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// openIDToken issues a token of the pool's own.
func (s *Standin) openIDToken(id string, known *identity, lifetime time.Duration, tags map[string]string) map[string]any {
	methods := []string{"unauthenticated"}
	if len(known.logins) > 0 {
		methods = []string{"authenticated"}
		for provider := range known.logins {
			methods = append(methods, provider)
		}
	}
	principal := map[string][]string{}
	for key, value := range tags {
		principal[key] = []string{value}
	}
	token := JWT("https://"+cognitoIssuer, id, known.pool, s.now().Add(lifetime), map[string]any{
		"amr":                         methods,
		"jti":                         randomUUID(),
		"https://aws.amazon.com/tags": map[string]any{"principal_tags": principal},
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.openIDTokens[token] = true
	s.secrets = append(s.secrets, token)
	return map[string]any{"IdentityId": id, "Token": token}
}
