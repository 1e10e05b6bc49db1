package provider

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// claims returns the claims of a JSON Web Token (RFC 7519) without checking its
// signature: AWS does that, we only want to know whose it is.
func claims(token string) (map[string]any, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil, false
	}
	var all map[string]any
	if json.Unmarshal(payload, &all) != nil || all == nil {
		return nil, false
	}
	return all, true
}

func isJWT(text string) bool {
	_, ok := claims(text)
	return ok
}

// decidingClaims are those that decide whose credentials a token gets, and
// which: who it speaks of, and the roles, groups and tags that AWS maps.
var decidingClaims = []string{
	"iss", "sub", "aud", "azp",
	"roles", "groups", "cognito:roles", "cognito:preferred_role", "cognito:groups",
	"https://aws.amazon.com/tags", "https://aws.amazon.com/roles",
}

// tokenFacts tells two users' tokens apart, and not two tokens of one user.
func tokenFacts(token string) any {
	all, ok := claims(token)
	if !ok {
		return digest([]byte(token))
	}
	deciding := map[string]any{}
	for _, name := range decidingClaims {
		if value, ok := all[name]; ok {
			deciding[name] = value
		}
	}
	return deciding
}

// endOf returns when a JSON Web Token expires, if it is one that does.
func endOf(token Secret) (time.Time, bool) {
	all, _ := claims(token.reveal())
	seconds, ok := all["exp"].(float64)
	return time.Unix(int64(seconds), 0), ok && seconds > 0 && seconds < farFuture
}

// farFuture is the year 9999 as a JSON Web Token has it; what ends after it is no
// time.
const farFuture = 253_402_300_800

// rolesOf returns the roles that a token of a Cognito user pool names.
func rolesOf(token Secret) []string {
	all, _ := claims(token.reveal())
	list, _ := all["cognito:roles"].([]any)
	var roles []string
	for _, role := range list {
		if text, ok := role.(string); ok {
			roles = append(roles, text)
		}
	}
	return roles
}

// poolLogin is the name of the login that an identity pool's own token is: its
// issuer, which each partition has another of.
func poolLogin(token Secret) string {
	all, _ := claims(token.reveal())
	issuer, _ := all["iss"].(string)
	if host, ok := strings.CutPrefix(issuer, "https://"); ok && strings.HasPrefix(host, "cognito-identity") {
		return host
	}
	return "cognito-identity.amazonaws.com"
}

// poolAndIdentity returns the pool and the identity that such a token is for, or
// no identity.
func poolAndIdentity(token Secret) (string, Secret) {
	all, _ := claims(token.reveal())
	subject, _ := all["sub"].(string)
	pool, _ := all["aud"].(string)
	identity, _ := ParseIdentityID(subject) // An error comes with none.
	return pool, identity
}
