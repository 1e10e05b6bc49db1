package provider

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// A key that changes by accident makes every kept lease a miss.
func TestNewKeyStaysAsItIs(t *testing.T) {
	facts := Facts{
		"kind":     "assume-role",
		"duration": 3600,
		"policies": []string{"arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B"},
		"source":   Facts{"keys": "work", "empty": ""},
	}
	const want = "b4263b1fa48aa83bc54e539666bc0fad12175dca7595a945f0a7ea3e66dd949c"
	if got := keyOf(t, facts); got != want {
		t.Errorf("NewKey: got %s, want %s", got, want)
	}
}

func keyOf(t *testing.T, facts Facts) Key {
	t.Helper()
	key, err := NewKey(facts)
	if err != nil {
		t.Fatalf("NewKey: %v", err)
	}
	return key
}

func TestNewKeyKnowsNoOrder(t *testing.T) {
	names := make([]string, 20)
	for i := range names {
		names[i] = fmt.Sprint("fact ", i)
	}
	var want Key
	for round := range 50 {
		rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		facts, inner := Facts{}, Facts{}
		for _, name := range names {
			inner[name] = name
		}
		for _, name := range names {
			facts[name] = inner
		}
		got := keyOf(t, facts)
		if round > 0 && got != want {
			t.Fatalf("the same facts in another order: got %s, want %s", got, want)
		}
		want = got
	}
}

func TestNewKeyRefusesWhatHasNoCanonicalForm(t *testing.T) {
	if key, err := NewKey(Facts{"function": func() {}}); err == nil {
		t.Errorf("NewKey of a function: got %s, want an error", key)
	}
}

// roleChanges has, by the field of an AssumeRole or of its Source, what makes
// another request of it.
var roleChanges = map[string]func(*AssumeRole){
	"RoleARN":                 func(r *AssumeRole) { r.RoleARN = mustParse(ParseRoleARN("arn:aws:iam::111122223333:role/B")) },
	"RoleARN, account":        func(r *AssumeRole) { r.RoleARN = mustParse(ParseRoleARN("arn:aws:iam::444455556666:role/A")) },
	"RoleARN, partition":      func(r *AssumeRole) { r.RoleARN = mustParse(ParseRoleARN("arn:aws-cn:iam::111122223333:role/A")) },
	"RoleARN, path":           func(r *AssumeRole) { r.RoleARN = mustParse(ParseRoleARN("arn:aws:iam::111122223333:role/p/A")) },
	"SessionName":             func(r *AssumeRole) { r.SessionName = "bob" },
	"Duration":                func(r *AssumeRole) { r.Duration = 2 * time.Hour },
	"ExternalID":              func(r *AssumeRole) { r.ExternalID = "another" },
	"ProviderID":              func(r *AssumeRole) { r.ProviderID = "www.amazon.com" },
	"Policy":                  func(r *AssumeRole) { r.Policy = NewPolicy("testdata/policy.json") },
	"Policy, another":         func(r *AssumeRole) { r.Policy = NewPolicy("testdata/policy2.json") },
	"PolicyARNs":              func(r *AssumeRole) { r.PolicyARNs = policies("ReadOnlyAccess") },
	"PolicyARNs, two":         func(r *AssumeRole) { r.PolicyARNs = policies("ReadOnlyAccess", "IAMReadOnlyAccess") },
	"Tags":                    func(r *AssumeRole) { r.Tags = []Tag{{"team", "blue"}} },
	"Tags, value":             func(r *AssumeRole) { r.Tags = []Tag{{"team", "red"}} },
	"Tags, two":               func(r *AssumeRole) { r.Tags = []Tag{{"team", "blue"}, {"cost", "1"}} },
	"TransitiveTagKeys":       func(r *AssumeRole) { r.Tags, r.TransitiveTagKeys = []Tag{{"team", "blue"}}, []string{"team"} },
	"SourceIdentity":          func(r *AssumeRole) { r.SourceIdentity = "ann" },
	"ProvidedContexts":        func(r *AssumeRole) { r.ProvidedContexts = contexts("env:TOKEN_A") },
	"ProvidedContexts, token": func(r *AssumeRole) { r.ProvidedContexts = contexts("env:TOKEN_B") },
	"MinimumSessionTokenSize": func(r *AssumeRole) { r.MinimumSessionTokenSize = 4096 },
	"Region":                  func(r *AssumeRole) { r.Region = "eu-central-1" },
	"From":                    func(r *AssumeRole) { r.From = Source{Keys: "another"} },
	"Keys":                    func(r *AssumeRole) { r.From = Source{Keys: "keys"} },
	"Profile":                 func(r *AssumeRole) { r.From = Source{Profile: "static"} },
	"Profile, another":        func(r *AssumeRole) { r.From = Source{Profile: "other"} },
	"CredentialSource":        func(r *AssumeRole) { r.From = Source{CredentialSource: SourceInstance} },
	"CredentialSource, keys":  func(r *AssumeRole) { r.From = Source{CredentialSource: SourceEnvironment} },
	"CredentialSource, ECS":   func(r *AssumeRole) { r.From = Source{CredentialSource: SourceContainer} },
	"WebIdentityToken":        func(r *AssumeRole) { r.From = Source{WebIdentityToken: token("env:TOKEN_A")} },
	"WebIdentityToken, value": func(r *AssumeRole) { r.From = Source{WebIdentityToken: token("env:TOKEN_B")} },
	"WebIdentityToken, exec":  func(r *AssumeRole) { r.From = Source{WebIdentityToken: token("exec:" + program)} },
}

// program is the path of one that need not be there.
var program, _ = filepath.Abs("token")

func policies(names ...string) []PolicyARN {
	var all []PolicyARN
	for _, name := range names {
		all = append(all, mustParse(ParsePolicyARN("arn:aws:iam::aws:policy/"+name)))
	}
	return all
}

func contexts(token string) []ProvidedContext {
	return []ProvidedContext{mustParse(ParseProvidedContext("arn:aws:iam::aws:contextProvider/IdentityCenter=" + token))}
}

func mustParse[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func token(text string) *Token {
	t := mustParse(ParseToken(text))
	return &t
}

func baseRole() *AssumeRole {
	return &AssumeRole{
		RoleARN:     mustParse(ParseRoleARN("arn:aws:iam::111122223333:role/A")),
		SessionName: "ann",
		From:        Source{Keys: "work"},
	}
}

func TestEveryFieldOfAssumeRoleIsInItsKey(t *testing.T) {
	setUpSources(t)
	requests := map[string]Request{"the first": baseRole()}
	for field, change := range roleChanges {
		changed := baseRole()
		change(changed)
		requests[field] = changed
	}
	allDiffer(t, requests)
	haveAll(t, roleChanges, reflect.TypeFor[AssumeRole](), reflect.TypeFor[Source]())
}

// How a source shows an MFA device decides whether credentials come back, and
// never which.
func TestMFAIsNotInTheKeyOfARole(t *testing.T) {
	setUpSources(t)
	with := baseRole()
	with.MFA = MFA{Serial: "arn:aws:iam::111122223333:mfa/ann", SessionDuration: time.Hour, NoSession: true}
	if requestKey(t, with) != requestKey(t, baseRole()) {
		t.Error("a role with an MFA device is another request")
	}
}

// One session serves every role of a source, whatever else they ask for.
func TestKeyOfASessionIsItsSourceAndDevice(t *testing.T) {
	setUpSources(t)
	role := func(change func(*AssumeRole)) Request {
		r := baseRole()
		r.MFA.Serial = "arn:aws:iam::111122223333:mfa/ann"
		change(r)
		return r.Source()
	}
	first := requestKey(t, role(func(*AssumeRole) {}))
	for name, change := range roleChanges {
		fromAnother := name == "From" || strings.HasPrefix(name, "Keys") || strings.HasPrefix(name, "Profile") || strings.HasPrefix(name, "CredentialSource") || strings.HasPrefix(name, "WebIdentityToken")
		source := role(change)
		if source == nil {
			if name != "Duration" { // Two hours are more than a session can give.
				t.Errorf("a role with another %s has no session", name)
			}
			continue
		}
		if changed := requestKey(t, source) != first; changed != fromAnother {
			t.Errorf("the session's key changed with the role's %s: %v, want %v", name, changed, fromAnother)
		}
	}
	if requestKey(t, role(func(r *AssumeRole) { r.MFA.SessionDuration = time.Hour })) != first {
		t.Error("a session of another duration is another request")
	}
	if requestKey(t, role(func(r *AssumeRole) { r.MFA.Serial = "GAHT12345678" })) == first {
		t.Error("a session of another device is the same request")
	}
}

// Sets are sets: in another order, or with one named twice, they ask for the same.
func TestOrderIsNotInTheKeyOfARole(t *testing.T) {
	setUpSources(t)
	one, other := baseRole(), baseRole()
	one.PolicyARNs, other.PolicyARNs = policies("A", "B"), policies("B", "A", "B")
	one.Tags, other.Tags = []Tag{{"team", "blue"}, {"cost", "1"}}, []Tag{{"cost", "1"}, {"team", "blue"}}
	one.TransitiveTagKeys, other.TransitiveTagKeys = []string{"team", "cost"}, []string{"cost", "team"}
	if requestKey(t, one) != requestKey(t, other) {
		t.Error("the same sets in another order are another request")
	}
}

// A key that changes by accident makes every kept lease a miss: what a role does
// not have is not in its key.
func TestKeyOfAPlainRoleStaysAsItIs(t *testing.T) {
	setUpSources(t)
	const want = "6cc76943fc0ca392d24737b4c936aa4a43b9b77e23aa9f4c4c184d62305ca129"
	if got := requestKey(t, baseRole()); got != want {
		t.Errorf("key of a plain role: got %s, want %s", got, want)
	}
}

var cognitoChanges = map[string]func(*Cognito){
	"Pool":             func(c *Cognito) { c.Pool = mustParse(ParsePoolID("eu-west-1:00000000-0000-4000-8000-000000000002")) },
	"Pool, region":     func(c *Cognito) { c.Pool = mustParse(ParsePoolID("eu-west-2:00000000-0000-4000-8000-000000000001")) },
	"Identity":         func(c *Cognito) { c.Identity = NewSecret("eu-west-1:00000000-0000-4000-8000-00000000000a") },
	"Identity, other":  func(c *Cognito) { c.Identity = NewSecret("eu-west-1:00000000-0000-4000-8000-00000000000b") },
	"Logins":           func(c *Cognito) { c.Logins = []Login{login("accounts.google.com=env:TOKEN_A")} },
	"Logins, token":    func(c *Cognito) { c.Logins = []Login{login("accounts.google.com=env:TOKEN_B")} },
	"Logins, provider": func(c *Cognito) { c.Logins = []Login{login("graph.facebook.com=env:TOKEN_A")} },
	"Logins, two": func(c *Cognito) {
		c.Logins = []Login{login("accounts.google.com=env:TOKEN_A"), login("graph.facebook.com=env:TOKEN_A")}
	},
	"CustomRole":          func(c *Cognito) { c.CustomRole = baseRole().RoleARN },
	"Classic":             func(c *Cognito) { c.Classic = &AssumeRole{RoleARN: baseRole().RoleARN} },
	"Classic, its fields": func(c *Cognito) { c.Classic = &AssumeRole{RoleARN: baseRole().RoleARN, Duration: 2 * time.Hour} },
	"Developer":           func(c *Cognito) { develop(c) },
	"From":                func(c *Cognito) { develop(c); c.From = Source{Keys: "another"} },
	"Provider":            func(c *Cognito) { develop(c).Provider = "login.other" },
	"User":                func(c *Cognito) { develop(c).User = "bob" },
	"PrincipalTags":       func(c *Cognito) { develop(c).PrincipalTags = []PrincipalTag{{"team", "blue"}} },
	"PrincipalTags, value": func(c *Cognito) {
		develop(c).PrincipalTags = []PrincipalTag{{"team", "red"}}
	},
}

// develop makes the request one of a developer's user.
func develop(c *Cognito) *Developer {
	c.From = Source{Keys: "work"}
	c.Developer = &Developer{Provider: "login.standin", User: "ann"}
	return c.Developer
}

func login(text string) Login { return mustParse(ParseLogin(text)) }

func baseCognito() *Cognito {
	return &Cognito{Pool: mustParse(ParsePoolID("eu-west-1:00000000-0000-4000-8000-000000000001"))}
}

func TestEveryFieldOfCognitoIsInItsKey(t *testing.T) {
	setUpSources(t)
	requests := map[string]Request{"the first": baseCognito()}
	for field, change := range cognitoChanges {
		changed := baseCognito()
		change(changed)
		requests[field] = changed
	}
	allDiffer(t, requests)
	fields := maps.Clone(cognitoChanges)
	fields["TokenDuration"] = nil // see TestWhatIsNotInTheKeyOfCognito
	haveAll(t, fields, reflect.TypeFor[Cognito](), reflect.TypeFor[Developer]())
}

// The token that is exchanged for credentials may live longer: they do not.
func TestWhatIsNotInTheKeyOfCognito(t *testing.T) {
	setUpSources(t)
	key := func(duration time.Duration, tags ...PrincipalTag) Key {
		c := baseCognito()
		developer := develop(c)
		developer.TokenDuration, developer.PrincipalTags = duration, tags
		return requestKey(t, c)
	}
	blue, low := PrincipalTag{"team", "blue"}, PrincipalTag{"cost", "low"}
	if key(0, blue, low) != key(time.Hour, low, blue) {
		t.Error("the token's lifetime or the order of tags makes another request")
	}
}

// The identity id is one for all that a user asks the pool for.
func TestIdentityIsTheUsers(t *testing.T) {
	setUpSources(t)
	item := func(change func(*Cognito)) Key {
		c := baseCognito()
		develop(c)
		change(c)
		facts, err := c.IdentityFacts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return keyOf(t, facts)
	}
	first := item(func(*Cognito) {})
	for name, change := range cognitoChanges {
		field, _, _ := strings.Cut(name, ",")
		another := slices.Contains([]string{"Pool", "Logins", "Provider", "User"}, field)
		if got := item(change); (got != first) != another {
			t.Errorf("a change of %s: another identity is %v, want %v", name, got != first, another)
		}
	}
}

func TestOrderOfLoginsIsNotInTheKey(t *testing.T) {
	setUpSources(t)
	one, other := baseCognito(), baseCognito()
	one.Logins = []Login{login("accounts.google.com=env:TOKEN_A"), login("graph.facebook.com=env:TOKEN_B")}
	other.Logins = []Login{one.Logins[1], one.Logins[0]}
	if requestKey(t, one) != requestKey(t, other) {
		t.Error("the same logins in another order are another request")
	}
}

func requestKey(t *testing.T, r Request) Key {
	t.Helper()
	facts, err := r.Facts(t.Context())
	if err != nil {
		t.Fatalf("facts of %s: %v", r.Label(), err)
	}
	return keyOf(t, facts)
}

func allDiffer(t *testing.T, requests map[string]Request) {
	t.Helper()
	seen := map[Key]string{}
	for _, name := range slices.Sorted(maps.Keys(requests)) {
		key := requestKey(t, requests[name])
		if other, ok := seen[key]; ok {
			t.Errorf("requests that differ in %s and in %s have one key", name, other)
		}
		if again := requestKey(t, requests[name]); again != key {
			t.Errorf("%s: the same request has the keys %s and %s", name, key, again)
		}
		seen[key] = name
	}
}

// haveAll holds the table of changes to the fields that there are. MFA has a test
// of its own, that it changes nothing.
func haveAll[T any](t *testing.T, changes map[string]T, types ...reflect.Type) {
	t.Helper()
	for _, of := range types {
		for i := range of.NumField() {
			if _, ok := changes[of.Field(i).Name]; !ok && of.Field(i).Name != "MFA" {
				t.Errorf("no test changes %s of %s: is it in the key?", of.Field(i).Name, of)
			}
		}
	}
}
