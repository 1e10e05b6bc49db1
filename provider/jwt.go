package provider

import (
	"encoding/base64"
	"encoding/json"
	"strings"
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
