package provider_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"credlease/provider"
)

const hidden = "wJalrXUtnFEMI/hidden/K7MDENG"

// The containers that fmt and the encoders take apart in ways of their own.
type (
	open       struct{ Secret provider.Secret }
	closed     struct{ secret provider.Secret }
	pointing   struct{ secret *provider.Secret }
	embedding  struct{ provider.Secret }
	anything   struct{ value any }
	failing    struct{ secret provider.Secret }
	deep       struct{ list []closed }
	collection struct{ byName map[string]provider.Secret }
)

func (f failing) Error() string { return fmt.Sprintf("sign with %s: refused", f.secret) }

func containers() map[string]any {
	secret := provider.NewSecret(hidden)
	return map[string]any{
		"value":             secret,
		"pointer":           &secret,
		"slice":             []provider.Secret{secret},
		"array":             [1]provider.Secret{secret},
		"map value":         map[string]provider.Secret{"key": secret},
		"map key":           map[provider.Secret]int{secret: 1},
		"exported field":    open{secret},
		"unexported field":  closed{secret},
		"its pointer":       &closed{secret},
		"unexported *field": pointing{&secret},
		"embedded":          embedding{secret},
		"interface":         anything{secret},
		"interface *":       &anything{&secret},
		"slice in a field":  deep{[]closed{{secret}}},
		"map in a field":    collection{map[string]provider.Secret{"key": secret}},
		"error":             failing{secret},
		"wrapped error":     fmt.Errorf("mint: %w", failing{secret}),
		"joined errors":     errors.Join(failing{secret}, errors.New("and more")),
		"credentials":       provider.Credentials{AccessKeyID: "AKIA", SecretAccessKey: secret, SessionToken: secret},
		"given":             provider.Given{Credentials: provider.Credentials{SecretAccessKey: secret}, Identity: secret},
		"minted":            &provider.Minted{Identity: secret},
		"cognito request":   &provider.Cognito{Identity: secret},
	}
}

func printers() map[string]func(any) string {
	all := map[string]func(any) string{
		"slog text": func(v any) string {
			return logged(v, func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) })
		},
		"slog json": func(v any) string {
			return logged(v, func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) })
		},
		"json": func(v any) string { text, _ := json.Marshal(v); return string(text) },
		"xml":  func(v any) string { text, _ := xml.Marshal(v); return string(text) },
		"template": func(v any) string {
			var out strings.Builder
			_ = template.Must(template.New("").Parse("{{.}} {{printf `%q` .}}")).Execute(&out, v)
			return out.String()
		},
		"Sprint":   func(v any) string { return fmt.Sprint(v, v) },
		"Sprintln": func(v any) string { return fmt.Sprintln(v) },
	}
	for _, flags := range []string{"", "+", "#", " ", "0", "-", "80.80", "+#"} {
		for _, verb := range "vsqxXtbcdoOUeEfFgGpwz" {
			format := "%" + flags + string(verb)
			all[format] = func(v any) string { return fmt.Sprintf(format, v) }
		}
	}
	return all
}

func logged(v any, handler func(*bytes.Buffer) slog.Handler) string {
	var out bytes.Buffer
	logger := slog.New(handler(&out)).With("with", v)
	logger.WithGroup("group").Info("message", "attr", v, slog.Group("inner", "any", slog.AnyValue(v)))
	return out.String()
}

// shows reports whether out has the hidden text as it is, or as bytes that fmt or
// an encoder made of it.
func shows(out string) bool {
	decimals := strings.Trim(fmt.Sprint([]byte(hidden)), "[]")
	hexadecimals := hex.EncodeToString([]byte(hidden))
	lower := strings.ToLower(out)
	return strings.Contains(lower, strings.ToLower(hidden)) ||
		strings.Contains(strings.NewReplacer(" ", "", "0x", "", ",", "").Replace(lower), hexadecimals) ||
		strings.Contains(out, decimals) ||
		strings.Contains(out, base64.StdEncoding.EncodeToString([]byte(hidden)))
}

func TestSecretIsSilent(t *testing.T) {
	for how, print := range printers() {
		if !shows(print(hidden)) {
			t.Errorf("%s does not show a string either, which proves nothing", how)
		}
		for what, container := range containers() {
			if out := print(container); shows(out) {
				t.Errorf("%s of a secret in %s shows it: %s", how, what, out)
			}
		}
	}
}

func TestSecretSaysThatItHides(t *testing.T) {
	secret := provider.NewSecret(hidden)
	encoded, err := json.Marshal(map[string]any{"secret": secret})
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{fmt.Sprint(secret), fmt.Sprintf("%#v", secret), string(encoded)} {
		if !strings.Contains(out, "[redacted]") {
			t.Errorf("a secret is printed as %s, want [redacted]", out)
		}
	}
}

// Tail is for long secrets: of a short one, four characters are too many.
func TestTail(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "[redacted]",
		"0123456789abcde":  "[redacted]",
		"0123456789abcdef": "…cdef",
	} {
		if got := provider.NewSecret(text).Tail(); got != want {
			t.Errorf("Tail of %d characters: got %q, want %q", len(text), got, want)
		}
	}
}
