package provider

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

// Each target takes what somebody else wrote. None may panic, and what is taken
// has to be what it says.

func FuzzDocument(f *testing.F) {
	f.Add([]byte(`{"Version":1,"AccessKeyId":"ASIA","SecretAccessKey":"s","SessionToken":"t","Expiration":"2026-01-02T15:04:05Z","AccountId":"111122223333"}`))
	f.Add([]byte(`{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"s"}`))
	f.Add([]byte(`{"Version":1,"AccessKeyId":"a b"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := DecodeCredentials(data)
		if err != nil {
			return
		}
		encoded, err := c.Encode()
		if err != nil {
			t.Fatalf("%q is taken and cannot be encoded: %v", data, err)
		}
		if bytes.Count(encoded, []byte("\n")) != 1 || bytes.ContainsFunc(encoded, func(r rune) bool { return r > '~' }) {
			t.Errorf("%q is encoded as %q, which is no line of ASCII", data, encoded)
		}
		if again, err := DecodeCredentials(encoded); err != nil || !again.SecretAccessKey.Equal(c.SecretAccessKey) || !again.SessionToken.Equal(c.SessionToken) {
			t.Errorf("%q does not survive encoding: %v", data, err)
		}
	})
}

func FuzzIdentity(f *testing.F) {
	f.Add([]byte(`{"Version":1,"IdentityId":"eu-west-1:00000000-0000-4000-8000-000000000001"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if id, err := DecodeIdentity(data); err == nil && regionOf(id.reveal()) == "" {
			t.Errorf("%q is taken", data)
		}
	})
}

func FuzzRoleARN(f *testing.F) {
	for _, seed := range []string{"arn:aws:iam::111122223333:role/Deploy", "arn:aws-cn:iam::111122223333:role/a/b/c", "arn:aws:iam::111122223333:role/", ":::::"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		arn, err := ParseRoleARN(text)
		if err == nil && (arn.String() != text || !strings.HasSuffix(text, "/"+arn.Name) || partitions[arn.Partition].defaultRegion == "") {
			t.Errorf("%q is taken as %+v", text, arn)
		}
	})
}

func FuzzPolicyARN(f *testing.F) {
	for _, seed := range []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws-cn:iam::111122223333:policy/a/b", "arn:aws:iam::aws:policy/", ":::::"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		arn, err := ParsePolicyARN(text)
		if err == nil && (arn.String() != text || partitions[arn.Partition].defaultRegion == "") {
			t.Errorf("%q is taken as %+v", text, arn)
		}
	})
}

func FuzzPolicy(f *testing.F) {
	f.Add([]byte(`{"Version":"2012-10-17"}`))
	f.Add([]byte("{}{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if checkPolicy(data) == nil && (!json.Valid(data) || !utf8.Valid(data) || len(data) > 2*maxPolicyLength) {
			t.Errorf("%q is taken", data)
		}
	})
}

func FuzzTag(f *testing.F) {
	for _, seed := range []string{"team=blue", "a=b=c", "=", "aws:team=blue", "équipe=bleu"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tag, err := ParseTag(text)
		if err == nil && (tag.Key+"="+tag.Value != text || tag.Key == "" || !utf8.ValidString(text)) {
			t.Errorf("%q is taken as %+v", text, tag)
		}
	})
}

func FuzzPoolID(f *testing.F) {
	for _, seed := range []string{"eu-west-1:00000000-0000-4000-8000-000000000001", "eu-west-1:", "a.b:00000000-0000-4000-8000-000000000001"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pool, err := ParsePoolID(text)
		if err == nil && (pool.String() != text || strings.ContainsAny(pool.Region, "./@:#?")) {
			t.Errorf("%q is taken, with the region %q, which becomes a part of a host name", text, pool.Region)
		}
	})
}

func FuzzToken(f *testing.F) {
	for _, seed := range []string{"file:/tmp/token", "env:TOKEN", "exec:/bin/token", "exec:token", "eyJhbGciOi.e30.c2ln"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		switch token, err := ParseToken(text); {
		case err == nil && token.String() != text:
			t.Errorf("%q is taken as %q", text, token)
		case err != nil && len(text) > 20 && strings.Contains(err.Error(), text):
			t.Errorf("the error of %q quotes what may be a token", text)
		}
	})
}

func FuzzLogin(f *testing.F) {
	f.Add("accounts.google.com=file:/tmp/token")
	f.Add("=")
	f.Fuzz(func(t *testing.T, text string) {
		if login, err := ParseLogin(text); err == nil && login.Provider+"="+login.Token.String() != text {
			t.Errorf("%q is taken as %+v", text, login)
		}
	})
}

func FuzzJWT(f *testing.F) {
	f.Add("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSIsImF1ZCI6WyJhIiwiYiJdfQ.")
	f.Add("..")
	f.Add("." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://cognito-identity.amazonaws.com","sub":"eu-west-1:00000000-0000-4000-8000-00000000000a","aud":"eu-west-1:00000000-0000-4000-8000-000000000001","exp":1e300,"cognito:roles":["a",1]}`)) + ".")
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := NewKey(Facts{"token": tokenFacts(token)}); err != nil {
			t.Errorf("no key can be made of %q: %v", token, err)
		}
		secret := NewSecret(token)
		if end, ok := endOf(secret); ok && (end.Year() < 1970 || end.Year() > 9999) {
			t.Errorf("%q ends at %s", token, end)
		}
		if _, id := poolAndIdentity(secret); !id.Empty() && regionOf(id.reveal()) == "" {
			t.Errorf("%q is for no identity", token)
		}
		if name := poolLogin(secret); !strings.HasPrefix(name, "cognito-identity") {
			t.Errorf("%q is the login %q", token, name)
		}
		rolesOf(secret)
	})
}

// answering is AWS, if AWS were to say anything at all.
type answering struct {
	status int
	body   string
}

func (a answering) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(a.status)
	_, _ = w.Write([]byte(a.body))
}

func FuzzAnswer(f *testing.F) {
	f.Add(uint8(3), "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>")
	f.Add(uint8(0), `{"__type":"NotAuthorizedException","message":"no"}`)
	f.Add(uint8(0), "<AssumeRoleResponse><AssumeRoleResult><Credentials/></AssumeRoleResult></AssumeRoleResponse>")
	f.Add(uint8(0), `{"IdentityId":"x","Credentials":{"Expiration":1e300}}`)
	f.Fuzz(func(t *testing.T, status uint8, body string) {
		statuses := []int{200, 400, 403, 500, 503}
		for _, failure := range asked(t, answering{statuses[int(status)%len(statuses)], body}.ServeHTTP) {
			text := failure.Error()
			if strings.Contains(text, "\n") || len([]rune(text)) > 600 || failure.Class == "" {
				t.Errorf("%q fails as %q, of class %q", body, text, failure.Class)
			}
		}
	})
}
