package provider

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// An operation is one that we call, with what sets each of its parameters: a
// flag, or in brackets the reason why there is none.
type operation struct {
	input      reflect.Type
	parameters map[string]string
}

const prompted = "(a human or a program is asked for it)"

// stsOperations are those that are signed with a source's credentials.
var stsOperations = map[string]operation{
	"AssumeRole": {reflect.TypeFor[sts.AssumeRoleInput](), map[string]string{
		"RoleArn":                 "--role-arn",
		"RoleSessionName":         "--role-session-name",
		"DurationSeconds":         "--duration-seconds",
		"ExternalId":              "--external-id",
		"Policy":                  "--policy",
		"PolicyArns":              "--policy-arn",
		"Tags":                    "--tag",
		"TransitiveTagKeys":       "--transitive-tag-key",
		"SourceIdentity":          "--source-identity",
		"ProvidedContexts":        "--provided-context",
		"MinimumSessionTokenSize": "--minimum-session-token-size",
		"SerialNumber":            "--mfa-serial",
		"TokenCode":               prompted,
	}},
	"GetSessionToken": {reflect.TypeFor[sts.GetSessionTokenInput](), map[string]string{
		"DurationSeconds":         "--duration-seconds",
		"SerialNumber":            "--mfa-serial",
		"TokenCode":               prompted,
		"MinimumSessionTokenSize": "(only what is printed is worth testing with)",
	}},
}

func TestEveryParameterOfSTSHasAFlagOrAReason(t *testing.T) {
	haveFlags(t, stsOperations)
}

// haveFlags holds the tables, the one here and the one in docs/parameters.md, to
// the parameters that the SDK has.
func haveFlags(t *testing.T, operations map[string]operation) {
	t.Helper()
	page, err := os.ReadFile("../docs/parameters.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, operation := range operations {
		_, section, found := strings.Cut(string(page), "\n## "+name+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		if !found {
			t.Errorf("docs/parameters.md has no section %s", name)
		}
		known := map[string]bool{}
		for i := range operation.input.NumField() {
			field := operation.input.Field(i)
			if !field.IsExported() {
				continue
			}
			known[field.Name] = true
			sets := operation.parameters[field.Name]
			row := rowOf(section, field.Name)
			switch {
			case sets == "":
				t.Errorf("%s has the parameter %s, which no flag sets and nothing explains", name, field.Name)
			case row == "":
				t.Errorf("docs/parameters.md does not name %s of %s", field.Name, name)
			case strings.HasPrefix(sets, "--") && !strings.Contains(row, "`"+sets+" "):
				t.Errorf("docs/parameters.md does not say that %s sets %s of %s", sets, field.Name, name)
			case strings.HasPrefix(sets, "(") && !strings.Contains(row, "none: "):
				t.Errorf("docs/parameters.md does not say why nothing sets %s of %s", field.Name, name)
			}
		}
		for parameter := range operation.parameters {
			if !known[parameter] {
				t.Errorf("%s has no parameter %s any more", name, parameter)
			}
		}
	}
}

func rowOf(section, parameter string) string {
	for line := range strings.Lines(section) {
		if strings.HasPrefix(line, "| `"+parameter+"` |") {
			return line
		}
	}
	return ""
}
