package standin

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// identity is one of a pool's, a guest's if no login belongs to it.
type identity struct {
	pool   string
	logins map[string]string // subject by provider
}

// cognitoInput has the members of all operations' inputs.
type cognitoInput struct {
	IdentityPoolID string `json:"IdentityPoolId"`
	IdentityID     string `json:"IdentityId"`
	Logins         map[string]string
	CustomRoleArn  string
	TokenDuration  int
}

func (s *Standin) serveCognito(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	parameters := map[string]any{}
	_ = json.Unmarshal(body, &parameters) // What is no object has no parameters.
	f := s.fault(operation)
	output, id, refused := s.doCognito(r, body, operation)
	if f != nil {
		if forced := f.refusal(true); forced != nil {
			refused = forced
		}
	}
	outcome := "ok"
	if refused != nil {
		outcome = refused.code
		output = map[string]any{"__type": refused.code, "message": refused.message}
		w.Header().Set("X-Amzn-Errortype", refused.code)
	}
	s.record(Request{Operation: operation, Parameters: parameters, AccessKeyID: id, Outcome: outcome})
	answer, _ := json.Marshal(output)
	status := http.StatusOK
	if refused != nil {
		status = refused.status
	}
	s.reply(w, r, f, status, "application/x-amz-json-1.1", answer)
}

func (s *Standin) doCognito(r *http.Request, body []byte, operation string) (map[string]any, string, *refusal) {
	var in cognitoInput
	if json.Unmarshal(body, &in) != nil {
		return nil, "", refuse(400, "SerializationException", "the body is no JSON object")
	}
	var output map[string]any
	var id string
	var refused *refusal
	switch operation {
	case "GetId":
		output, refused = s.getID(in)
	case "GetCredentialsForIdentity":
		output, refused = s.getCredentials(in)
	case "GetOpenIdToken":
		output, refused = s.getOpenIDToken(in)
	case "GetOpenIdTokenForDeveloperIdentity":
		if id, _, refused = s.caller(r, body); refused == nil {
			output, refused = s.getOpenIDTokenForDeveloper(in)
		}
	default:
		refused = refuse(400, "UnknownOperationException", "")
	}
	return output, id, refused
}

func notAuthorized(message string) *refusal { return refuse(400, "NotAuthorizedException", message) }

func notFound(kind, id string) *refusal {
	return refuse(400, "ResourceNotFoundException", fmt.Sprintf("%s '%s' not found.", kind, id))
}

// subjects checks the logins and returns whose they are, by provider.
func (s *Standin) subjects(logins map[string]string) (map[string]string, *refusal) {
	subjects := map[string]string{}
	for provider, token := range logins {
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
		subjects[provider] = t.Subject
	}
	return subjects, nil
}

func (s *Standin) getID(in cognitoInput) (map[string]any, *refusal) {
	if in.IdentityPoolID != GuestPool && in.IdentityPoolID != LoginPool {
		return nil, notFound("IdentityPool", in.IdentityPoolID)
	}
	if len(in.Logins) == 0 && in.IdentityPoolID == LoginPool {
		return nil, notAuthorized("Unauthenticated access is not supported for this identity pool.")
	}
	subjects, refused := s.subjects(in.Logins)
	if refused != nil {
		return nil, refused
	}
	return map[string]any{"IdentityId": s.identityFor(in.IdentityPoolID, subjects)}, nil
}

// identityFor finds the identity that has one of the logins, or makes one. A
// guest always gets a new one.
func (s *Standin) identityFor(pool string, subjects map[string]string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, known := range s.identities {
		for provider, subject := range subjects {
			if known.pool == pool && known.logins[provider] == subject {
				return id
			}
		}
	}
	region, _, _ := strings.Cut(pool, ":")
	id := region + ":" + randomUUID()
	s.identities[id] = &identity{pool, subjects}
	s.secrets = append(s.secrets, id)
	return id
}

// identity checks that the logins are those of the identity.
func (s *Standin) identity(in cognitoInput) (*identity, *refusal) {
	s.mu.Lock()
	known := s.identities[in.IdentityID]
	s.mu.Unlock()
	if known == nil {
		return nil, notFound("Identity", in.IdentityID)
	}
	subjects, refused := s.subjects(in.Logins)
	if refused != nil {
		return nil, refused
	}
	if len(known.logins) > 0 && len(subjects) == 0 {
		return nil, notAuthorized("Access to Identity '" + in.IdentityID + "' is forbidden.")
	}
	for provider, subject := range subjects {
		if known.logins[provider] != subject {
			return nil, refuse(400, "ResourceConflictException", "Logins don't match. Please include at least one valid login for this identity or identity pool.")
		}
	}
	return known, nil
}

func (s *Standin) getCredentials(in cognitoInput) (map[string]any, *refusal) {
	known, refused := s.identity(in)
	if refused != nil {
		return nil, refused
	}
	role := "Cognito_GuestRole"
	if len(known.logins) > 0 {
		role = "Cognito_LoginRole"
	}
	if in.CustomRoleArn != "" {
		match := roleForm.FindStringSubmatch(in.CustomRoleArn)
		if len(known.logins) == 0 || match == nil {
			return nil, refuse(400, "InvalidParameterException", "CustomRoleArn is not allowed for this identity")
		}
		role = match[3]
	}
	id, k := s.issue(key{
		arn:    "arn:aws:sts::" + Account + ":assumed-role/" + role + "/CognitoIdentityCredentials",
		userID: "AROASTANDINCOGNITO01:CognitoIdentityCredentials",
		role:   true,
	}, time.Hour)
	return map[string]any{
		"IdentityId": in.IdentityID,
		"Credentials": map[string]any{
			"AccessKeyId":  id,
			"SecretKey":    k.secret,
			"SessionToken": k.token,
			"Expiration":   k.expires.Unix(),
		},
	}, nil
}

func (s *Standin) getOpenIDToken(in cognitoInput) (map[string]any, *refusal) {
	known, refused := s.identity(in)
	if refused != nil {
		return nil, refused
	}
	return s.openIDToken(in.IdentityID, known.pool, 10*time.Minute), nil
}

func (s *Standin) openIDToken(id, pool string, lifetime time.Duration) map[string]any {
	token := JWT("https://cognito-identity.amazonaws.com", id, pool, s.now().Add(lifetime))
	s.hide(token)
	return map[string]any{"IdentityId": id, "Token": token}
}

func (s *Standin) getOpenIDTokenForDeveloper(in cognitoInput) (map[string]any, *refusal) {
	user := in.Logins[DeveloperProvider]
	if user == "" {
		return nil, refuse(400, "InvalidParameterException", "Please provide a developer login.")
	}
	if in.IdentityPoolID != GuestPool && in.IdentityPoolID != LoginPool {
		return nil, notFound("IdentityPool", in.IdentityPoolID)
	}
	lifetime := 15 * time.Minute
	if in.TokenDuration > 0 {
		lifetime = time.Duration(in.TokenDuration) * time.Second
	}
	id := s.identityFor(in.IdentityPoolID, map[string]string{DeveloperProvider: user})
	return s.openIDToken(id, in.IdentityPoolID, lifetime), nil
}
