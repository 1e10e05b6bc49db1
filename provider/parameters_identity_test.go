package provider

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// identityOperations are those by which an identity provider's user, or a guest,
// gets credentials.
var identityOperations = map[string]operation{
	"AssumeRoleWithWebIdentity": {reflect.TypeFor[sts.AssumeRoleWithWebIdentityInput](), map[string]string{
		"RoleArn":                 "--role-arn",
		"RoleSessionName":         "--role-session-name",
		"WebIdentityToken":        "--web-identity-token",
		"ProviderId":              "--provider-id",
		"DurationSeconds":         "--duration-seconds",
		"Policy":                  "--policy",
		"PolicyArns":              "--policy-arn",
		"MinimumSessionTokenSize": "--minimum-session-token-size",
	}},
	"GetId": {reflect.TypeFor[cognitoidentity.GetIdInput](), map[string]string{
		"IdentityPoolId": "--identity-pool-id",
		"Logins":         "--login",
		"AccountId":      "(the pool has an account, and --account-id is that of the role, which may be another)",
	}},
	"GetCredentialsForIdentity": {reflect.TypeFor[cognitoidentity.GetCredentialsForIdentityInput](), map[string]string{
		"IdentityId":    "--identity-id",
		"Logins":        "--login",
		"CustomRoleArn": "--custom-role-arn",
	}},
	"GetOpenIdToken": {reflect.TypeFor[cognitoidentity.GetOpenIdTokenInput](), map[string]string{
		"IdentityId": "--identity-id",
		"Logins":     "--login",
	}},
	"GetOpenIdTokenForDeveloperIdentity": {reflect.TypeFor[cognitoidentity.GetOpenIdTokenForDeveloperIdentityInput](), map[string]string{
		"IdentityPoolId": "--identity-pool-id",
		"IdentityId":     "--identity-id",
		"Logins":         "--developer-provider",
		"PrincipalTags":  "--principal-tag",
		"TokenDuration":  "--token-duration",
	}},
}

func TestEveryParameterOfIdentitiesHasAFlagOrAReason(t *testing.T) {
	haveFlags(t, identityOperations)
}
