package standin

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// What the places know from which the SDKs get credentials: the portal of IAM
// Identity Center, AWS's sign-in, a container's endpoint, and an instance's
// metadata service, version 2.
const (
	SSOToken       = "standin-token-of-an-identity-center-session"
	RefreshToken   = "standin-refresh-token"
	ContainerToken = "standin-container-authorization"
	metadataToken  = "standin-metadata-token"
	instanceRole   = "Instance"

	// A session that "aws login" has begun.
	LoginAccessKeyID     = "ASIASTANDINLOGIN0001"
	LoginSecretAccessKey = "standin/login/is/not/a/real/secret/key/1"
	LoginSessionToken    = "standin-session-token-of-aws-login"
)

// sources answer by method and path.
var sources = map[string]func(*Standin, *http.Request) (operation string, answer any, refused *refusal){
	"GET /federation/credentials": (*Standin).getRoleCredentials,
	"POST /token":                 (*Standin).createToken,
	"POST /v1/token":              (*Standin).createOAuth2Token,
	"GET /container":              (*Standin).containerCredentials,
	"PUT /latest/api/token":       (*Standin).metadataToken,
	"GET /latest/meta-data/iam/security-credentials/":         (*Standin).instanceRoles,
	"GET /latest/meta-data/iam/security-credentials":          (*Standin).instanceRoles,
	"GET /latest/meta-data/iam/security-credentials/Instance": (*Standin).instanceCredentials,
}

func (s *Standin) serveSource(w http.ResponseWriter, r *http.Request, serve func(*Standin, *http.Request) (string, any, *refusal)) {
	operation, answer, refused := serve(s, r)
	f := s.fault(operation)
	outcome := "ok"
	if refused != nil {
		outcome = refused.code
	}
	parameters := map[string]any{}
	for name := range r.URL.Query() {
		parameters[name] = r.URL.Query().Get(name)
	}
	s.record(Request{Operation: operation, Parameters: parameters, Outcome: outcome})
	if refused != nil {
		w.Header().Set("X-Amzn-Errortype", refused.code)
		body, _ := json.Marshal(map[string]string{"message": refused.message, "error": refused.message})
		s.reply(w, r, f, refused.status, "application/json", body)
		return
	}
	if text, ok := answer.(string); ok {
		w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "21600")
		s.reply(w, r, f, http.StatusOK, "text/plain", []byte(text))
		return
	}
	body, _ := json.Marshal(answer)
	s.reply(w, r, f, http.StatusOK, "application/json", body)
}

// getRoleCredentials gives a role's credentials to a session of IAM Identity
// Center, except those of the role "denied".
func (s *Standin) getRoleCredentials(r *http.Request) (string, any, *refusal) {
	const operation = "GetRoleCredentials"
	query := r.URL.Query()
	switch {
	case r.Header.Get("X-Amz-Sso_bearer_token") != SSOToken:
		return operation, nil, refuse(401, "UnauthorizedException", "Session token not found or invalid")
	case query.Get("role_name") == "denied":
		return operation, nil, refuse(403, "ForbiddenException", "No access")
	}
	id, k := s.sourceSession(query.Get("account_id"), "AWSReservedSSO_"+query.Get("role_name"))
	return operation, map[string]any{"roleCredentials": map[string]any{
		"accessKeyId": id, "secretAccessKey": k.secret, "sessionToken": k.token, "expiration": k.expires.UnixMilli(),
	}}, nil
}

// createToken renews a session of IAM Identity Center.
func (s *Standin) createToken(r *http.Request) (string, any, *refusal) {
	var in struct{ RefreshToken string }
	_ = json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in) // What is no JSON has no token.
	if in.RefreshToken != RefreshToken {
		return "CreateToken", nil, refuse(400, "InvalidGrantException", "Invalid refresh token provided")
	}
	return "CreateToken", map[string]any{"accessToken": SSOToken, "tokenType": "Bearer", "expiresIn": 28800, "refreshToken": RefreshToken}, nil
}

// createOAuth2Token renews a session of "aws login". What it gives is not new.
func (s *Standin) createOAuth2Token(r *http.Request) (string, any, *refusal) {
	var in struct{ RefreshToken string }
	_ = json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in)
	switch {
	case strings.Count(r.Header.Get("Dpop"), ".") != 2:
		return "CreateOAuth2Token", nil, refuse(400, "ValidationException", "Missing DPoP")
	case in.RefreshToken != RefreshToken:
		return "CreateOAuth2Token", nil, &refusal{401, "AccessDeniedException", "TOKEN_EXPIRED"}
	}
	return "CreateOAuth2Token", map[string]any{
		"accessToken": map[string]string{"accessKeyId": LoginAccessKeyID, "secretAccessKey": LoginSecretAccessKey, "sessionToken": LoginSessionToken},
		"tokenType":   "aws_sigv4", "expiresIn": 900, "refreshToken": RefreshToken,
	}, nil
}

func (s *Standin) containerCredentials(r *http.Request) (string, any, *refusal) {
	const operation = "GetContainerCredentials"
	if r.Header.Get("Authorization") != ContainerToken {
		return operation, nil, refuse(401, "AccessDenied", "Bad authorization token")
	}
	return operation, s.roleDocument("Task"), nil
}

func (s *Standin) metadataToken(r *http.Request) (string, any, *refusal) {
	if r.Header.Get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds") == "" {
		return "GetMetadataToken", nil, refuse(400, "BadRequest", "No TTL")
	}
	return "GetMetadataToken", metadataToken, nil
}

func (s *Standin) instanceRoles(r *http.Request) (string, any, *refusal) {
	return "ListInstanceRoles", instanceRole, checkMetadataToken(r)
}

func (s *Standin) instanceCredentials(r *http.Request) (string, any, *refusal) {
	if refused := checkMetadataToken(r); refused != nil {
		return "GetInstanceCredentials", nil, refused
	}
	return "GetInstanceCredentials", s.roleDocument(instanceRole), nil
}

func checkMetadataToken(r *http.Request) *refusal {
	if r.Header.Get("X-Aws-Ec2-Metadata-Token") != metadataToken {
		return refuse(401, "Unauthorized", "Unauthorized")
	}
	return nil
}

// roleDocument is the form in which containers and instances get credentials.
func (s *Standin) roleDocument(role string) any {
	id, k := s.sourceSession(Account, role)
	return map[string]string{
		"Code": "Success", "AccessKeyId": id, "SecretAccessKey": k.secret, "Token": k.token,
		"Expiration": k.expires.UTC().Format(time.RFC3339), "RoleArn": "arn:aws:iam::" + Account + ":role/" + role,
	}
}

func (s *Standin) sourceSession(account, role string) (string, *key) {
	return s.issue(key{arn: "arn:aws:sts::" + account + ":assumed-role/" + role + "/source", userID: "AROASTANDINROLE00002:source", role: true}, time.Hour)
}
