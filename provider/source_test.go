package provider

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"credlease/internal/testfolder"
)

// setUpSources gives the profiles and variables that requests refer to.
func setUpSources(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIASTANDINALICE0001")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "a secret of the environment")
	t.Setenv("TOKEN_A", "an opaque token")
	t.Setenv("TOKEN_B", "another opaque token")
	t.Setenv("AWS_ENDPOINT_URL", "")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(testfolder.New(t), "none"))
	writeConfig(t, firstProfiles)
}

const firstProfiles = `
[profile static]
aws_access_key_id = AKIASTANDINALICE0001
aws_secret_access_key = a secret of the profile
[profile other]
aws_access_key_id = AKIASTANDINBOB000001
aws_secret_access_key = a secret of the profile
[profile hop]
role_arn = arn:aws:iam::111122223333:role/Hop
source_profile = static
[profile unrelated]
region = eu-west-1
`

func writeConfig(t *testing.T, text string) {
	t.Helper()
	path := filepath.Join(testfolder.New(t), "config")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", path)
}

// What is in the environment and the files decides, where it decides which
// credentials come back, and only there.
func TestSurroundingsInTheKey(t *testing.T) {
	role := func(from Source) *AssumeRole {
		r := baseRole()
		r.From = from
		return r
	}
	profile := func(name string) *AssumeRole { return role(Source{Profile: name}) }
	variable := func(name, value string) func(*testing.T) {
		return func(t *testing.T) { t.Setenv(name, value) }
	}
	config := func(text string) func(*testing.T) { return func(t *testing.T) { writeConfig(t, text) } }
	keys, environment := role(Source{Keys: "work"}), role(Source{CredentialSource: SourceEnvironment})

	for _, test := range []struct {
		name    string
		request Request
		change  func(*testing.T)
		changes bool
	}{
		{"region of the environment", keys, variable("AWS_REGION", "us-west-2"), false},
		{"default region of the environment", keys, variable("AWS_DEFAULT_REGION", "us-west-2"), false},
		{"profile of the environment", environment, variable("AWS_PROFILE", "static"), false},
		{"access key of the environment, unused", keys, variable("AWS_ACCESS_KEY_ID", "AKIASTANDINBOB000001"), false},
		{"secret of the environment", environment, variable("AWS_SECRET_ACCESS_KEY", "another secret"), false},
		{"access key of the environment", environment, variable("AWS_ACCESS_KEY_ID", "AKIASTANDINBOB000001"), true},
		{"our own variables", keys, variable("CREDLEASE_BACKEND", "file"), false},
		{"endpoint of all services", keys, variable("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), true},
		{"endpoint of STS", keys, variable("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1"), true},
		{"endpoint of STS, to Cognito", baseCognito(), variable("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1"), false},
		{"endpoint of Cognito", baseCognito(), variable("AWS_ENDPOINT_URL_COGNITO_IDENTITY", "http://127.0.0.1:1"), true},
		{"URI of the container", role(Source{CredentialSource: SourceContainer}), variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1"), true},
		{"profile that is not named", profile("static"), config(firstProfiles + "output = json\n"), false},
		{"secret of the profile", profile("static"), config(replaceAll("a secret", "another secret")), false},
		{"access key of the profile", profile("static"), config(replaceAll("ALICE0001", "CAROL0001")), true},
		{"access key of the source profile", profile("hop"), config(replaceAll("ALICE0001", "CAROL0001")), true},
		{"role of the profile", profile("hop"), config(replaceAll("role/Hop", "role/Jump")), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			setUpSources(t)
			before := requestKey(t, test.request)
			test.change(t)
			if changed := requestKey(t, test.request) != before; changed != test.changes {
				t.Errorf("the key changed: %v, want %v", changed, test.changes)
			}
		})
	}
}

func replaceAll(old, new string) string { return strings.ReplaceAll(firstProfiles, old, new) }

// A token at rest is known by whom it is for, and not by when it was issued.
func TestTokenInTheKey(t *testing.T) {
	key := func(claims string) Key {
		t.Setenv("TOKEN_A", unsignedJWT(claims))
		r := baseCognito()
		r.Logins = []Login{login("accounts.google.com=env:TOKEN_A")}
		return requestKey(t, r)
	}
	first := key(`{"iss":"https://idp","sub":"alice","aud":"app","exp":1700000000}`)
	if key(`{"iss":"https://idp","sub":"alice","aud":"app","exp":1800000000,"iat":1790000000}`) != first {
		t.Error("a newer token of the same user is another request")
	}
	for _, claims := range []string{
		`{"iss":"https://other","sub":"alice","aud":"app","exp":1700000000}`,
		`{"iss":"https://idp","sub":"bob","aud":"app","exp":1700000000}`,
		`{"iss":"https://idp","sub":"alice","aud":"another","exp":1700000000}`,
		`{"iss":"https://idp","sub":"alice","aud":"app","exp":1700000000,"cognito:groups":["admins"]}`,
		`{"iss":"https://idp","sub":"alice","aud":"app","exp":1700000000,"roles":["admin"]}`,
	} {
		if key(claims) == first {
			t.Errorf("a token with %s is the same request", claims)
		}
	}
}

func unsignedJWT(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}

// Each partition's identity pools issue their tokens under another name, which is
// that of the login too.
func TestLoginOfAPoolsOwnToken(t *testing.T) {
	for _, host := range []string{
		"cognito-identity.amazonaws.com",
		"cognito-identity.cn-north-1.amazonaws.com.cn",
		"cognito-identity-us-gov.amazonaws.com",
		"cognito-identity.us-gov-east-1.amazonaws.com",
	} {
		if got := poolLogin(NewSecret(unsignedJWT(`{"iss":"https://` + host + `","sub":"x"}`))); got != host {
			t.Errorf("the login of a token of %s is %s", host, got)
		}
	}
	for what, text := range map[string]string{
		"another issuer": unsignedJWT(`{"iss":"https://accounts.google.com","sub":"x"}`),
		"no issuer":      unsignedJWT(`{"sub":"x"}`),
		"no JWT":         "opaque",
	} {
		if got := poolLogin(NewSecret(text)); got != "cognito-identity.amazonaws.com" {
			t.Errorf("%s: the login is %s", what, got)
		}
	}
}
