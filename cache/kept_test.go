package cache

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"credlease/provider"
)

// Marks are in every value that an error could quote.
const (
	secretMark = "MARKED"
	labelMark  = "role/MARKED from keys MARKED"
	identityID = "eu-west-1:00000000-0000-4000-8000-00000000aaaa"
)

var (
	keyA = provider.Key(strings.Repeat("a", 64))
	keyB = provider.Key(strings.Repeat("b", 64))
)

func wholeLease() Lease {
	return Lease{
		Key:   keyA,
		Label: labelMark,
		Credentials: provider.Credentials{
			AccessKeyID:     "ASIA" + secretMark,
			SecretAccessKey: provider.NewSecret(secretMark + "/secret+key="),
			SessionToken:    provider.NewSecret(secretMark + "/session<token>&more"),
			Expiration:      noon.Add(time.Hour),
			AccountID:       "111122223333",
		},
		Issued:   noon,
		Skew:     -90 * time.Second,
		Identity: provider.NewSecret(identityID),
	}
}

func encoded(t testing.TB, l Lease) []byte {
	t.Helper()
	data, err := encodeLease(l)
	if err != nil {
		t.Fatalf("encodeLease: %v", err)
	}
	return data
}

func TestLeaseRoundTrip(t *testing.T) {
	for _, change := range []func(*Lease){
		func(*Lease) {},
		func(l *Lease) { l.Identity = provider.Secret{} },
		func(l *Lease) { l.Credentials.AccountID = "" },
		func(l *Lease) { l.Skew = 0 },
		func(l *Lease) { l.Skew = time.Hour },
		func(l *Lease) { l.Label = "" },
	} {
		want := wholeLease()
		change(&want)
		got, err := decodeLease(keyA, encoded(t, want))
		if err != nil {
			t.Fatalf("decodeLease of %+v: %v", want, err)
		}
		sameSecrets := got.Credentials.SecretAccessKey.Equal(want.Credentials.SecretAccessKey) &&
			got.Credentials.SessionToken.Equal(want.Credentials.SessionToken) && got.Identity.Equal(want.Identity)
		if !sameSecrets {
			t.Errorf("decodeLease of %+v: a secret has changed", want)
		}
		// Secrets are behind pointers, which differ.
		got.Credentials.SecretAccessKey, got.Credentials.SessionToken, got.Identity = want.Credentials.SecretAccessKey, want.Credentials.SessionToken, want.Identity
		if got != want {
			t.Errorf("decodeLease: got %+v, want %+v", got, want)
		}
	}
}

func TestTruncatedLeaseIsNone(t *testing.T) {
	whole := encoded(t, wholeLease())
	for n := range len(whole) {
		refuses(t, keyA, whole[:n])
		refuses(t, keyA, whole[n+1:])
	}
}

// refuses asserts that data is no lease, and that the error does not show it.
func refuses(t *testing.T, key provider.Key, data []byte) {
	t.Helper()
	lease, err := decodeLease(key, data)
	switch {
	case err == nil:
		t.Errorf("decodeLease of %s: got %+v, want an error", data, lease)
	case strings.Contains(err.Error(), secretMark) || strings.Contains(err.Error(), identityID):
		t.Errorf("decodeLease quotes its input: %v", err)
	}
}

func TestStrangeLeasesAreNone(t *testing.T) {
	refuses(t, keyB, encoded(t, wholeLease()))
	for name, change := range map[string]func(map[string]any){
		"no version":          func(m map[string]any) { delete(m, "version") },
		"a later version":     func(m map[string]any) { m["version"] = keptVersion + 1 },
		"a version of text":   func(m map[string]any) { m["version"] = secretMark },
		"another key":         func(m map[string]any) { m["key"] = keyB },
		"no key":              func(m map[string]any) { delete(m, "key") },
		"no document":         func(m map[string]any) { delete(m, "document") },
		"a document of text":  func(m map[string]any) { m["document"] = secretMark },
		"no issue":            func(m map[string]any) { m["issued"] = noon.Add(2 * time.Hour) },
		"a time of text":      func(m map[string]any) { m["issued"] = secretMark },
		"a skew of centuries": func(m map[string]any) { m["skewSeconds"] = int64(1) << 40 },
		"a skew of text":      func(m map[string]any) { m["skewSeconds"] = secretMark },
		"a strange identity":  func(m map[string]any) { m["identity"] = map[string]any{"Version": 1, "IdentityId": secretMark} },
		"long-lived keys": func(m map[string]any) {
			delete(m["document"].(map[string]any), "Expiration")
			delete(m["document"].(map[string]any), "SessionToken")
		},
		"no token":           func(m map[string]any) { delete(m["document"].(map[string]any), "SessionToken") },
		"a later document":   func(m map[string]any) { m["document"].(map[string]any)["Version"] = 2 },
		"a strange time":     func(m map[string]any) { m["document"].(map[string]any)["Expiration"] = secretMark },
		"a newline in a key": func(m map[string]any) { m["document"].(map[string]any)["AccessKeyId"] = secretMark + "\n" },
	} {
		t.Run(name, func(t *testing.T) {
			var kept map[string]any
			if err := json.Unmarshal(encoded(t, wholeLease()), &kept); err != nil {
				t.Fatal(err)
			}
			change(kept)
			data, err := json.Marshal(kept)
			if err != nil {
				t.Fatal(err)
			}
			refuses(t, keyA, data)
		})
	}
	for _, garbage := range []string{"", "null", "0", "[]", "{}", `"` + secretMark + `"`, "\x00\xff" + secretMark, `{"version":1}`, strings.Repeat("[", 100_000)} {
		refuses(t, keyA, []byte(garbage))
	}
}

// FuzzDecodeLease takes whatever a keyring can hand back. Its seeds are run by
// every go test.
func FuzzDecodeLease(f *testing.F) {
	whole := encoded(f, wholeLease())
	f.Add(whole)
	f.Add(pack(whole))
	f.Add(bytes.ReplaceAll(whole, []byte("1"), []byte("9")))
	f.Fuzz(func(t *testing.T, data []byte) {
		plain, err := unpack(data)
		if err != nil {
			return
		}
		lease, err := decodeLease(keyA, plain)
		if err == nil && (lease.Key != keyA || lease.Lifetime() <= 0 || lease.Credentials.SessionToken.Empty()) {
			t.Errorf("decodeLease takes %q as %+v", data, lease)
		}
		if key, err := keptKey(plain); err == nil && len(key) != len(keyA) {
			t.Errorf("keptKey takes %q", data)
		}
	})
}

func TestPackRoundTrip(t *testing.T) {
	check := func(data []byte) bool {
		got, err := unpack(pack(data))
		return err == nil && bytes.Equal(got, data)
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
	whole := encoded(t, wholeLease())
	if got, err := unpack(whole); err != nil || !bytes.Equal(got, whole) {
		t.Errorf("unpack of what was not packed: got %q, %v", got, err)
	}
	token := bytes.Repeat([]byte(`{"SessionToken":"IQoJb3JpZ2luX2VjEJr//////////wEaCWV1LXdlc3QtMSJHMEUCIQ"}`), 20)
	if packed := pack(token); len(packed) >= len(token) {
		t.Errorf("%d bytes are packed into %d", len(token), len(packed))
	}
}

func TestTruncatedPackIsAnError(t *testing.T) {
	packed := pack(encoded(t, wholeLease()))
	for n := 1; n < len(packed); n++ {
		if plain, err := unpack(packed[:n]); err == nil {
			t.Fatalf("the first %d bytes of %d unpack to %q", n, len(packed), plain)
		}
	}
}

// A few bytes of a keyring must not become all of our memory.
func TestUnpackIsBounded(t *testing.T) {
	plain, err := unpack(pack(make([]byte, 64<<20)))
	if err == nil && len(plain) > maxValue {
		t.Errorf("unpack gives %d bytes, want at most %d", len(plain), maxValue)
	}
}

// Whoever looks for items under other names than those they were kept under loses
// long-lived keys and the identity of a guest.
func TestItemNamesStayAsTheyAre(t *testing.T) {
	if got, want := keysItem("work"), "credlease-v1-keys-c55f6dd5efff1f14e2b9862604f54c49"; got != want {
		t.Errorf("item of the keys work: got %s, want %s", got, want)
	}
	pool, err := provider.ParsePoolID("eu-west-1:00000000-0000-4000-8000-000000000001")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ENDPOINT_URL", "")
	t.Setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY", "")
	got, ok := identityItem(t.Context(), &provider.Cognito{Pool: pool})
	if want := "credlease-v1-identity-04b3735c71f4ad3dcf24948234d56fc6"; !ok || got != want {
		t.Errorf("item of a guest's identity: got %s, %v, want %s", got, ok, want)
	}
}
