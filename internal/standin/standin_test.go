package standin_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"credlease/internal/standin"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
)

const deploy = "arn:aws:iam::" + standin.Account + ":role/Deploy"

func serve(t *testing.T) *standin.Server {
	t.Helper()
	server := standin.NewServer()
	t.Cleanup(server.Close)
	return server
}

// config is of a client that signs with the keys given, or not at all.
func config(server *standin.Server, keys ...string) aws.Config {
	cfg := aws.Config{
		Region:           "eu-west-1",
		BaseEndpoint:     aws.String(server.URL),
		RetryMaxAttempts: 1,
		Credentials:      aws.AnonymousCredentials{},
	}
	if len(keys) > 0 {
		cfg.Credentials = credentials.NewStaticCredentialsProvider(keys[0], keys[1], append(keys, "")[2])
	}
	return cfg
}

func alice(server *standin.Server) *sts.Client {
	return sts.NewFromConfig(config(server, standin.AccessKeyID, standin.SecretAccessKey))
}

func with(server *standin.Server, c *types.Credentials) *sts.Client {
	return sts.NewFromConfig(config(server, *c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken))
}

// refused asserts the error code by which AWS refuses.
func refused(t *testing.T, what, code string, err error) {
	t.Helper()
	var answer smithy.APIError
	if !errors.As(err, &answer) || answer.ErrorCode() != code {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

func assume(t *testing.T, client *sts.Client, lifetime time.Duration) *types.Credentials {
	t.Helper()
	out, err := client.AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn:         aws.String(deploy),
		RoleSessionName: aws.String("test"),
		DurationSeconds: aws.Int32(int32(lifetime.Seconds())),
	})
	if err != nil {
		t.Fatalf("assume a role: %v", err)
	}
	return out.Credentials
}

func who(t *testing.T, client *sts.Client) (string, error) {
	t.Helper()
	out, err := client.GetCallerIdentity(t.Context(), nil)
	if err != nil {
		return "", err
	}
	return *out.Arn, nil
}

func TestSignaturesAreVerified(t *testing.T) {
	server := serve(t)
	if arn, err := who(t, alice(server)); err != nil || !strings.HasSuffix(arn, ":user/alice") {
		t.Errorf("alice is %s, %v", arn, err)
	}
	session := assume(t, alice(server), time.Hour)
	if arn, err := who(t, with(server, session)); err != nil || !strings.HasSuffix(arn, ":assumed-role/Deploy/test") {
		t.Errorf("the session is %s, %v", arn, err)
	}
	for what, test := range map[string]struct {
		keys []string
		code string
	}{
		"a wrong secret":          {[]string{standin.AccessKeyID, standin.BobSecretAccessKey}, "SignatureDoesNotMatch"},
		"an unknown key":          {[]string{"AKIASTANDINNOBODY001", standin.SecretAccessKey}, "InvalidClientTokenId"},
		"a session without token": {[]string{*session.AccessKeyId, *session.SecretAccessKey}, "InvalidClientTokenId"},
		"a token of another":      {[]string{standin.AccessKeyID, standin.SecretAccessKey, *session.SessionToken}, "InvalidClientTokenId"},
		"no signature":            {nil, "MissingAuthenticationToken"},
	} {
		_, err := who(t, sts.NewFromConfig(config(server, test.keys...)))
		refused(t, what, test.code, err)
	}
}

func TestWhatIsIssuedIsUniqueAndExpires(t *testing.T) {
	server := serve(t)
	first, second := assume(t, alice(server), time.Hour), assume(t, alice(server), time.Hour)
	if *first.AccessKeyId == *second.AccessKeyId || *first.SecretAccessKey == *second.SecretAccessKey || *first.SessionToken == *second.SessionToken {
		t.Error("two answers have keys in common")
	}
	server.SetLifetime(time.Nanosecond)
	_, err := who(t, with(server, assume(t, alice(server), time.Hour)))
	refused(t, "a session that is over", "ExpiredToken", err)
	if calls := server.Calls("AssumeRole"); calls != 3 {
		t.Errorf("AssumeRole was counted %d times, want 3", calls)
	}
}

func TestSTSRefusesWhatAWSRefuses(t *testing.T) {
	server := serve(t)
	session := with(server, assume(t, alice(server), time.Hour))
	_, err := session.GetSessionToken(t.Context(), nil)
	refused(t, "GetSessionToken of a session", "AccessDenied", err)
	_, err = session.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(deploy), RoleSessionName: aws.String("test"), DurationSeconds: aws.Int32(3601)})
	refused(t, "a chained role for more than an hour", "ValidationError", err)
	_, err = alice(server).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("nonsense"), RoleSessionName: aws.String("test")})
	refused(t, "a role that is none", "ValidationError", err)
	_, err = alice(server).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(899)})
	refused(t, "a session of 899 seconds", "ValidationError", err)
}

// A code of an MFA device buys a session that may assume a role which asks for
// one, and works once.
func TestMFA(t *testing.T) {
	server := serve(t)
	serial := aws.String(standin.DeviceSerial)
	asks := &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + standin.Account + ":role/mfa"), RoleSessionName: aws.String("test")}
	_, err := alice(server).AssumeRole(t.Context(), asks)
	refused(t, "a role that asks for MFA", "AccessDenied", err)

	code := &sts.GetSessionTokenInput{SerialNumber: serial, TokenCode: aws.String(standin.TOTP(standin.DeviceSeed, time.Now()))}
	session, err := alice(server).GetSessionToken(t.Context(), code)
	if err != nil {
		t.Fatalf("get a session: %v", err)
	}
	if _, err := with(server, session.Credentials).AssumeRole(t.Context(), asks); err != nil {
		t.Errorf("assume the role with the session: %v", err)
	}
	_, err = alice(server).GetSessionToken(t.Context(), code)
	refused(t, "the same code again", "AccessDenied", err)

	code.TokenCode = aws.String(standin.TOTP(standin.DeviceSeed, time.Now().Add(time.Hour)))
	_, err = alice(server).GetSessionToken(t.Context(), code)
	refused(t, "a code of another time", "AccessDenied", err)
	code.SerialNumber, code.TokenCode = aws.String("GAHT12345678"), aws.String(standin.TOTP(standin.DeviceSeed, time.Now().Add(30*time.Second)))
	_, err = alice(server).GetSessionToken(t.Context(), code)
	refused(t, "a device of somebody else", "AccessDenied", err)
}

// The vectors are those of RFC 6238, appendix B, for SHA-1, of which six digits
// are the last.
func TestTOTP(t *testing.T) {
	const seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // base32 of 12345678901234567890
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := standin.TOTP(seed, time.Unix(at, 0)); got != want {
			t.Errorf("the code at %d: got %s, want %s", at, got, want)
		}
	}
}

// What limits a session is held to STS's own rules.
func TestSessionParameters(t *testing.T) {
	server := serve(t)
	ask := func(change func(*sts.AssumeRoleInput)) error {
		input := &sts.AssumeRoleInput{RoleArn: aws.String(deploy), RoleSessionName: aws.String("test")}
		change(input)
		_, err := alice(server).AssumeRole(t.Context(), input)
		return err
	}
	tag := func(key string) types.Tag { return types.Tag{Key: aws.String(key), Value: aws.String("v")} }
	if err := ask(func(in *sts.AssumeRoleInput) {
		in.Policy = aws.String(`{"Version":"2012-10-17"}`)
		in.PolicyArns = []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}}
		in.Tags, in.TransitiveTagKeys = []types.Tag{tag("team"), tag("cost")}, []string{"Team"}
	}); err != nil {
		t.Errorf("a session with all of it: %v", err)
	}
	refused(t, "a policy that is no JSON", "MalformedPolicyDocument", ask(func(in *sts.AssumeRoleInput) { in.Policy = aws.String("{") }))
	refused(t, "a policy of another account", "ValidationError", ask(func(in *sts.AssumeRoleInput) {
		in.PolicyArns = []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::444455556666:policy/A")}}
	}))
	refused(t, "11 policies", "ValidationError", ask(func(in *sts.AssumeRoleInput) {
		in.PolicyArns = slices.Repeat([]types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/A")}}, 11)
	}))
	refused(t, "two tags of one key", "InvalidParameterValue", ask(func(in *sts.AssumeRoleInput) { in.Tags = []types.Tag{tag("team"), tag("Team")} }))
	refused(t, "a transitive key without a tag", "InvalidParameterValue", ask(func(in *sts.AssumeRoleInput) { in.TransitiveTagKeys = []string{"team"} }))
}

func TestWebIdentity(t *testing.T) {
	server := serve(t)
	client := sts.NewFromConfig(config(server))
	assume := func(token string) error {
		_, err := client.AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{
			RoleArn: aws.String(deploy), RoleSessionName: aws.String("test"), WebIdentityToken: aws.String(token),
		})
		return err
	}
	if err := assume(standin.JWT("https://issuer", "alice", "app", time.Now().Add(time.Hour))); err != nil {
		t.Errorf("a valid token: %v", err)
	}
	refused(t, "an old token", "ExpiredTokenException", assume(standin.JWT("https://issuer", "alice", "app", time.Now().Add(-time.Hour))))
	refused(t, "no token", "InvalidIdentityToken", assume("nonsense"))
}

func TestCognito(t *testing.T) {
	server := serve(t)
	client := cognitoidentity.NewFromConfig(config(server))
	pool := aws.String(standin.GuestPool)
	first, err := client.GetId(t.Context(), &cognitoidentity.GetIdInput{IdentityPoolId: pool})
	if err != nil {
		t.Fatalf("get an id: %v", err)
	}
	if again, err := client.GetId(t.Context(), &cognitoidentity.GetIdInput{IdentityPoolId: pool}); err != nil || *again.IdentityId == *first.IdentityId {
		t.Errorf("a second guest is the first one, or none: %v", err)
	}
	got, err := client.GetCredentialsForIdentity(t.Context(), &cognitoidentity.GetCredentialsForIdentityInput{IdentityId: first.IdentityId})
	if err != nil {
		t.Fatalf("get credentials: %v", err)
	}
	signer := sts.NewFromConfig(config(server, *got.Credentials.AccessKeyId, *got.Credentials.SecretKey, *got.Credentials.SessionToken))
	if arn, err := who(t, signer); err != nil || !strings.Contains(arn, "/Cognito_GuestRole/") {
		t.Errorf("the guest is %s, %v", arn, err)
	}

	token, err := client.GetOpenIdToken(t.Context(), &cognitoidentity.GetOpenIdTokenInput{IdentityId: first.IdentityId})
	if err != nil {
		t.Fatalf("get a token: %v", err)
	}
	_, err = sts.NewFromConfig(config(server)).AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String(deploy), RoleSessionName: aws.String("classic"), WebIdentityToken: token.Token,
	})
	if err != nil {
		t.Errorf("assume a role with the pool's token: %v", err)
	}

	_, err = client.GetId(t.Context(), &cognitoidentity.GetIdInput{IdentityPoolId: aws.String(standin.LoginPool)})
	refused(t, "a guest where none are allowed", "NotAuthorizedException", err)
	_, err = client.GetId(t.Context(), &cognitoidentity.GetIdInput{IdentityPoolId: aws.String("eu-west-1:00000000-0000-4000-8000-00000000dead")})
	refused(t, "an unknown pool", "ResourceNotFoundException", err)
}

func TestDeveloperIdentitiesAreSigned(t *testing.T) {
	server := serve(t)
	in := &cognitoidentity.GetOpenIdTokenForDeveloperIdentityInput{
		IdentityPoolId: aws.String(standin.LoginPool),
		Logins:         map[string]string{standin.DeveloperProvider: "ann"},
	}
	signed := cognitoidentity.NewFromConfig(config(server, standin.AccessKeyID, standin.SecretAccessKey))
	first, err := signed.GetOpenIdTokenForDeveloperIdentity(t.Context(), in)
	if err != nil {
		t.Fatalf("get a token: %v", err)
	}
	if again, err := signed.GetOpenIdTokenForDeveloperIdentity(t.Context(), in); err != nil || *again.IdentityId != *first.IdentityId {
		t.Errorf("the same user is another identity: %v", err)
	}
	wrong := cognitoidentity.NewFromConfig(config(server, standin.AccessKeyID, "wrong"))
	_, err = wrong.GetOpenIdTokenForDeveloperIdentity(t.Context(), in)
	refused(t, "a wrong signature", "InvalidSignatureException", err)
	nobody := cognitoidentity.NewFromConfig(config(server, "AKIASTANDINNOBODY001", "wrong"))
	_, err = nobody.GetOpenIdTokenForDeveloperIdentity(t.Context(), in)
	refused(t, "an unknown key", "UnrecognizedClientException", err)
	bob := cognitoidentity.NewFromConfig(config(server, standin.BobAccessKeyID, standin.BobSecretAccessKey))
	_, err = bob.GetOpenIdTokenForDeveloperIdentity(t.Context(), in)
	refused(t, "somebody without the permission", "AccessDeniedException", err)
}

// An identity pool's developer user, and logins, are linked to one identity.
func TestLinkedLogins(t *testing.T) {
	server := serve(t)
	signed := cognitoidentity.NewFromConfig(config(server, standin.AccessKeyID, standin.SecretAccessKey))
	google := func(subject string) string {
		return standin.JWT("https://accounts.google.com", subject, "app", time.Now().Add(time.Hour))
	}
	get := func(identity *string, logins map[string]string) (*cognitoidentity.GetOpenIdTokenForDeveloperIdentityOutput, error) {
		return signed.GetOpenIdTokenForDeveloperIdentity(t.Context(), &cognitoidentity.GetOpenIdTokenForDeveloperIdentityInput{
			IdentityPoolId: aws.String(standin.LoginPool), IdentityId: identity, Logins: logins,
		})
	}
	ann, err := get(nil, map[string]string{standin.DeveloperProvider: "ann", "accounts.google.com": google("ann")})
	if err != nil {
		t.Fatalf("link a login: %v", err)
	}
	client := cognitoidentity.NewFromConfig(config(server))
	id, err := client.GetId(t.Context(), &cognitoidentity.GetIdInput{
		IdentityPoolId: aws.String(standin.LoginPool), Logins: map[string]string{"accounts.google.com": google("ann")},
	})
	if err != nil || *id.IdentityId != *ann.IdentityId {
		t.Errorf("the linked login is another identity, or none: %v", err)
	}
	bob, err := get(nil, map[string]string{standin.DeveloperProvider: "bob"})
	if err != nil {
		t.Fatalf("another user: %v", err)
	}
	_, err = get(nil, map[string]string{standin.DeveloperProvider: "bob", "accounts.google.com": google("ann")})
	refused(t, "logins of two identities", "ResourceConflictException", err)
	_, err = get(ann.IdentityId, map[string]string{standin.DeveloperProvider: "bob"})
	refused(t, "a user of another identity", "DeveloperUserAlreadyRegisteredException", err)
	_, err = get(ann.IdentityId, map[string]string{standin.DeveloperProvider: "new"})
	refused(t, "a user without a login of the identity", "NotAuthorizedException", err)
	_, err = get(nil, map[string]string{"accounts.google.com": google("ann")})
	refused(t, "no developer user", "InvalidParameterException", err)

	own := map[string]string{"cognito-identity.amazonaws.com": *ann.Token}
	if _, err := client.GetCredentialsForIdentity(t.Context(), &cognitoidentity.GetCredentialsForIdentityInput{IdentityId: ann.IdentityId, Logins: own}); err != nil {
		t.Errorf("credentials by the pool's own token: %v", err)
	}
	_, err = client.GetCredentialsForIdentity(t.Context(), &cognitoidentity.GetCredentialsForIdentityInput{IdentityId: bob.IdentityId, Logins: own})
	refused(t, "another's token", "NotAuthorizedException", err)
	_, err = client.GetId(t.Context(), &cognitoidentity.GetIdInput{IdentityPoolId: aws.String(standin.LoginPool), Logins: own})
	refused(t, "an id for the pool's own token", "NotAuthorizedException", err)
	forged := standin.JWT("https://cognito-identity.amazonaws.com", *ann.IdentityId, standin.LoginPool, time.Now().Add(time.Hour))
	_, err = sts.NewFromConfig(config(server)).AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String(deploy), RoleSessionName: aws.String("test"), WebIdentityToken: aws.String(forged),
	})
	refused(t, "a token that no pool issued", "InvalidIdentityToken", err)
}

// Faults are what real clients see of a service in trouble.
func TestFaults(t *testing.T) {
	for kind, code := range map[string]string{
		"throttle":    "Throttling",
		"unavailable": "ServiceUnavailable",
		"error500":    "InternalFailure",
		"denied":      "AccessDenied",
		"expired":     "ExpiredToken",
	} {
		server := serve(t)
		if err := server.Fail(kind, "GetCallerIdentity", 1, 0); err != nil {
			t.Fatal(err)
		}
		_, err := who(t, alice(server))
		refused(t, kind, code, err)
		if _, err := who(t, alice(server)); err != nil {
			t.Errorf("after one %s: %v", kind, err)
		}
	}
	for _, kind := range []string{"cut", "garbage"} {
		server := serve(t)
		if err := server.Fail(kind, "", -1, 0); err != nil {
			t.Fatal(err)
		}
		if arn, err := who(t, alice(server)); err == nil {
			t.Errorf("%s: the client is %s", kind, arn)
		}
	}
}

func TestHangEndsWithTheServer(t *testing.T) {
	server := serve(t)
	if err := server.Fail("hang", "", -1, 0); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := who(t, alice(server))
		ended <- err
	}()
	for server.Calls("GetCallerIdentity") == 0 {
		select {
		case err := <-ended:
			t.Fatalf("the client has an answer: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	server.Close()
	if err := <-ended; err == nil {
		t.Error("the client has an answer")
	}
}

func TestDate(t *testing.T) {
	server := serve(t)
	server.SetClock(time.Hour)
	answer, err := http.Post(server.URL, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	date, err := http.ParseTime(answer.Header.Get("Date"))
	if ahead := time.Until(date).Round(time.Minute); err != nil || ahead != time.Hour {
		t.Errorf("AWS's clock is %s ahead, want an hour: %v", ahead, err)
	}
	_, err = who(t, alice(server))
	refused(t, "a signature of an hour ago", "SignatureDoesNotMatch", err)
}
