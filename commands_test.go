package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"credlease/internal/standin"

	"github.com/99designs/keyring"
	"github.com/rogpeppe/go-internal/testscript"
)

// The commands that scripts have besides testscript's own.

// control posts to the stand-in's controls: aws fault?kind=throttle
func control(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: aws CONTROL?NAME=VALUE")
	}
	answer, err := http.Post(serverOf(ts).URL+"/_standin/"+args[0], "", nil)
	ts.Check(err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(answer.Body)
		ts.Fatalf("aws %s: %s", args[0], text)
	}
}

// calls asserts how often an operation was asked for: calls AssumeRole 1
func calls(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: calls OPERATION NUMBER")
	}
	if got := fmt.Sprint(serverOf(ts).Calls(args[0])); got != args[1] {
		ts.Fatalf("%s was called %s times, want %s", args[0], got, args[1])
	}
}

// request prints the parameters of the last request for an operation, a line
// each: request AssumeRole
func request(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: request OPERATION")
	}
	last, ok := serverOf(ts).Last(args[0])
	if !ok {
		ts.Fatalf("%s was not called", args[0])
	}
	fmt.Fprintf(ts.Stdout(), "by %s\n", last.AccessKeyID)
	for _, name := range slices.Sorted(maps.Keys(last.Parameters)) {
		fmt.Fprintf(ts.Stdout(), "%s = %v\n", name, last.Parameters[name])
	}
}

// token writes an identity provider's token to a file, with Google's issuer if no
// claim says another: token FILE SUBJECT LIFETIME [CLAIM=VALUE[,VALUE]]...
func token(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: token FILE SUBJECT LIFETIME [CLAIM=VALUE[,VALUE]]...")
	}
	lifetime, err := time.ParseDuration(args[2])
	ts.Check(err)
	claims := map[string]any{}
	for _, text := range args[3:] {
		name, value, _ := strings.Cut(text, "=")
		claims[name] = value
		if strings.HasSuffix(name, "roles") {
			claims[name] = strings.Split(value, ",")
		}
	}
	jwt := standin.JWT("https://accounts.google.com", args[1], "an app", time.Now().Add(lifetime), claims)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(jwt+"\n"), 0o600))
}

// signin writes what "aws sso login" does, for a start URL or the name of an
// sso-session, or what "aws login" does, for a login_session:
// signin sso|login NAME LIFETIME [REFRESHTOKEN]
func signin(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: signin sso|login NAME LIFETIME [REFRESHTOKEN]")
	}
	lifetime, err := time.ParseDuration(args[2])
	ts.Check(err)
	expires := time.Now().Add(lifetime).UTC().Format(time.RFC3339)
	refresh := append(args, "")[3]
	var name string
	token := map[string]any{"clientId": "a client", "refreshToken": refresh}
	switch args[0] {
	case "sso":
		name = fmt.Sprintf("%x", sha1.Sum([]byte(args[1])))
		token["accessToken"], token["expiresAt"] = standin.SSOToken, expires
		if refresh != "" {
			token["clientSecret"], token["registrationExpiresAt"] = "a client's secret", expires
		}
	case "login":
		name = fmt.Sprintf("%x", sha256.Sum256([]byte(args[1])))
		token["accessToken"] = map[string]any{
			"accessKeyId": standin.LoginAccessKeyID, "secretAccessKey": standin.LoginSecretAccessKey, "sessionToken": standin.LoginSessionToken,
			"accountId": standin.Account, "expiresAt": expires,
		}
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		ts.Check(err)
		der, err := x509.MarshalECPrivateKey(key)
		ts.Check(err)
		token["tokenType"], token["dpopKey"] = "aws_sigv4", string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
	}
	folder := filepath.Join(ts.Getenv("HOME"), ".aws", args[0], "cache")
	ts.Check(os.MkdirAll(folder, 0o700))
	data, err := json.Marshal(token)
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(folder, name+".json"), data, 0o600))
}

// age makes every lease in the file backend older by a time, as if that much of
// it had gone by: age 50m
func age(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: age TIME")
	}
	by, err := time.ParseDuration(args[0])
	ts.Check(err)
	changeLeases(ts, func(data []byte) []byte {
		var lease map[string]any
		ts.Check(json.Unmarshal(data, &lease))
		older(ts, lease, "issued", by)
		older(ts, lease["document"].(map[string]any), "Expiration", by)
		data, err := json.Marshal(lease)
		ts.Check(err)
		return data
	})
}

// place puts what is in a file in the place of every lease in the file backend, as
// another program would: place FILE
func place(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: place FILE")
	}
	data := ts.ReadFile(args[0])
	changeLeases(ts, func([]byte) []byte { return []byte(data) })
}

func changeLeases(ts *testscript.TestScript, change func([]byte) []byte) {
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends:  []keyring.BackendType{keyring.FileBackend},
		FileDir:          filepath.Join(ts.Getenv("FILES"), "credlease", "keyring"),
		FilePasswordFunc: keyring.FixedStringPrompt(passphrase),
	})
	ts.Check(err)
	names, err := ring.Keys()
	ts.Check(err)
	var changed int
	for _, name := range names {
		if !strings.Contains(name, "-lease-") {
			continue
		}
		item, err := ring.Get(name)
		ts.Check(err)
		item.Data = change(item.Data)
		ts.Check(ring.Set(item))
		changed++
	}
	if changed == 0 {
		ts.Fatalf("no lease is kept")
	}
}

func older(ts *testscript.TestScript, of map[string]any, field string, by time.Duration) {
	at, err := time.Parse(time.RFC3339, of[field].(string))
	ts.Check(err)
	of[field] = at.Add(-by).UTC().Format(time.RFC3339)
}

// sizes has a role's credentials minted and then found in the keyring, with session
// tokens from 200 bytes to 12 kB, and forgotten again: sizes credlease
func sizes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: sizes PROGRAM [ARGUMENT]...")
	}
	run := func(arguments ...string) string {
		arguments = slices.Concat(args, arguments)
		ts.Check(ts.Exec(arguments[0], arguments[1:]...))
		if stderr := ts.ReadFile("stderr"); stderr != "" {
			ts.Fatalf("%v wrote to stderr", arguments)
		}
		return ts.ReadFile("stdout")
	}
	server := serverOf(ts)
	role := fmt.Sprintf("Sized%d", os.Getpid()) // A keyring may be used by other tests as well.
	for _, n := range []int{200, 1000, 2400, 4000, 8000, 12_000} {
		server.SetTokenSize(n)
		minted := run("assume-role", "--role-arn", ts.Getenv("ROLE")+"/"+role)
		calls := server.Calls("AssumeRole")
		found := run("assume-role", "--role-arn", ts.Getenv("ROLE")+"/"+role)
		if len(minted) < n || found != minted || server.Calls("AssumeRole") != calls {
			ts.Fatalf("%d bytes: %d were minted, and %d found", n, len(minted), len(found))
		}
		if cleared := run("clear", role); !strings.HasPrefix(cleared, "1 lease forgotten.") {
			ts.Fatalf("%d bytes: %s", n, cleared)
		}
	}
}

// credentials prints the names of what we have in Windows's Credential Manager, or
// puts something of a name there: credentials [NAME]
func credentials(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: credentials [NAME]")
	}
	manager, err := keyring.Open(keyring.Config{
		AllowedBackends: []keyring.BackendType{keyring.WinCredBackend},
		ServiceName:     "credlease",
		WinCredPrefix:   "credlease",
	})
	ts.Check(err)
	if len(args) == 1 {
		ts.Check(manager.Set(keyring.Item{Key: args[0], Data: []byte("a part")}))
		return
	}
	names, err := manager.Keys()
	ts.Check(err)
	_, err = ts.Stdout().Write([]byte(strings.Join(names, "\n")))
	ts.Check(err)
}
