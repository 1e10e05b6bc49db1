package standin

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"time"
)

// jwt is the part of a JSON Web Token (RFC 7519) that is looked at. Its signature
// is not: there is no identity provider here.
type jwt struct {
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	Audience  string   `json:"aud"`
	Expires   int64    `json:"exp"`
	Methods   []string `json:"amr"`
	Roles     []string `json:"cognito:roles"`
	Preferred string   `json:"cognito:preferred_role"`
}

func (t jwt) expires() time.Time { return time.Unix(t.Expires, 0) }

// JWT returns a token with a signature that means nothing, and with the claims
// given besides the usual ones.
func JWT(issuer, subject, audience string, expires time.Time, more ...map[string]any) string {
	claims := map[string]any{"iss": issuer, "sub": subject, "aud": audience, "exp": expires.Unix()}
	for _, given := range more {
		maps.Copy(claims, given)
	}
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`))
	payload, _ := json.Marshal(claims)
	return header + "." + base64.RawURLEncoding.EncodeToString(payload) + "." + base64.RawURLEncoding.EncodeToString([]byte("no real signature"))
}

func readJWT(text string) (jwt, bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return jwt{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var t jwt
	return t, err == nil && json.Unmarshal(payload, &t) == nil && t.Subject != ""
}
