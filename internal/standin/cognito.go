package standin

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"
)

// cognitoInput has the members of all operations' inputs.
type cognitoInput struct {
	IdentityPoolID string `json:"IdentityPoolId"`
	IdentityID     string `json:"IdentityId"`
	Logins         map[string]string
	CustomRoleArn  string
	PrincipalTags  map[string]string
	TokenDuration  *int
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
		if id, refused = s.poolOwner(r, body); refused == nil {
			output, refused = s.getOpenIDTokenForDeveloper(in)
		}
	default:
		refused = refuse(400, "UnknownOperationException", "")
	}
	return output, id, refused
}

// signatureCodes are those of STS as services with JSON have them.
var signatureCodes = map[string]string{
	"ExpiredToken":               "ExpiredTokenException",
	"IncompleteSignature":        "IncompleteSignatureException",
	"InvalidClientTokenId":       "UnrecognizedClientException",
	"MissingAuthenticationToken": "MissingAuthenticationTokenException",
	"SignatureDoesNotMatch":      "InvalidSignatureException",
}

// poolOwner returns the access key id of whoever signs, who is not to be bob.
func (s *Standin) poolOwner(r *http.Request, body []byte) (string, *refusal) {
	id, caller, refused := s.caller(r, body)
	switch {
	case refused != nil:
		return id, refuse(400, signatureCodes[refused.code], refused.message)
	case id == BobAccessKeyID:
		return id, refuse(400, "AccessDeniedException", "User: "+caller.arn+" is not authorized to perform: cognito-identity:GetOpenIdTokenForDeveloperIdentity")
	}
	return id, nil
}

func notAuthorized(message string) *refusal { return refuse(400, "NotAuthorizedException", message) }

func notFound(kind, id string) *refusal {
	return refuse(400, "ResourceNotFoundException", fmt.Sprintf("%s '%s' not found.", kind, id))
}

func (s *Standin) getID(in cognitoInput) (map[string]any, *refusal) {
	settings, ok := pools[in.IdentityPoolID]
	if !ok {
		return nil, notFound("IdentityPool", in.IdentityPoolID)
	}
	if len(in.Logins) == 0 && !settings.guests {
		return nil, notAuthorized("Unauthenticated access is not supported for this identity pool.")
	}
	subjects, refused := s.subjects(in.Logins)
	if refused != nil {
		return nil, refused
	}
	id, refused := s.identityFor(in.IdentityPoolID, subjects)
	return map[string]any{"IdentityId": id}, refused
}

func (s *Standin) getCredentials(in cognitoInput) (map[string]any, *refusal) {
	known, refused := s.identity(in)
	if refused != nil {
		return nil, refused
	}
	if pools[known.pool].bare {
		return nil, refuse(400, "InvalidIdentityPoolConfigurationException", "Invalid identity pool configuration. Check assigned IAM roles for this pool.")
	}
	role, refused := s.roleFor(known, in)
	if refused != nil {
		return nil, refused
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
	switch settings := pools[known.pool]; {
	case !settings.classic:
		return nil, refuse(400, "InvalidParameterException", "Basic (classic) flow is not enabled, please use enhanced flow.")
	case settings.mapped:
		return nil, refuse(400, "InvalidParameterException", "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.")
	}
	return s.openIDToken(in.IdentityID, known, 10*time.Minute, nil), nil
}

func (s *Standin) getOpenIDTokenForDeveloper(in cognitoInput) (map[string]any, *refusal) {
	if _, ok := pools[in.IdentityPoolID]; !ok {
		return nil, notFound("IdentityPool", in.IdentityPoolID)
	}
	user := in.Logins[DeveloperProvider]
	if user == "" {
		return nil, refuse(400, "InvalidParameterException", "This identity pool does not support the specified developer provider")
	}
	lifetime := 15 * time.Minute
	if n := in.TokenDuration; n != nil {
		if *n < 1 || *n > 86400 {
			return nil, refuse(400, "InvalidParameterException", fmt.Sprintf("1 validation error detected: Value '%d' at 'tokenDuration' failed to satisfy constraint: Member must have value between 1 and 86400", *n))
		}
		lifetime = time.Duration(*n) * time.Second
	}
	public := maps.Clone(in.Logins)
	delete(public, DeveloperProvider)
	subjects, refused := s.subjects(public)
	if refused != nil {
		return nil, refused
	}
	subjects[DeveloperProvider] = user
	id, refused := s.developerIdentity(in, subjects)
	if refused != nil {
		return nil, refused
	}
	s.mu.Lock()
	known := s.identities[id]
	s.mu.Unlock()
	return s.openIDToken(id, known, lifetime, in.PrincipalTags), nil
}

// developerIdentity is the one that has the logins, or the one that is named, to
// which they are then linked.
func (s *Standin) developerIdentity(in cognitoInput, subjects map[string]string) (string, *refusal) {
	if in.IdentityID == "" {
		return s.identityFor(in.IdentityPoolID, subjects)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.identities[in.IdentityID]
	if known == nil || known.pool != in.IdentityPoolID {
		return "", notFound("Identity", in.IdentityID)
	}
	user := map[string]string{DeveloperProvider: subjects[DeveloperProvider]}
	for id, other := range s.identities {
		if id != in.IdentityID && other.pool == known.pool && other.hasOneOf(user) {
			return "", refuse(400, "DeveloperUserAlreadyRegisteredException", "The provided developer user identifier is already registered with Cognito under a different identity ID.")
		}
	}
	if len(known.logins) > 0 && !known.hasOneOf(subjects) {
		return "", errNoMatch
	}
	return in.IdentityID, s.link(in.IdentityID, subjects)
}
