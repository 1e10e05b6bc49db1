package main

import (
	"fmt"
	"os"
	"strings"

	"credlease/internal/standin"
)

// A mistake is a config file that people write, with PROCESS for a line that
// works by itself.
type mistake struct {
	name, config, credentials string
	env                       []string
}

var (
	bobsKeys = "aws_access_key_id = " + standin.BobAccessKeyID + "\naws_secret_access_key = " + standin.BobSecretAccessKey + "\n"
	region   = "region = eu-west-1\n"
)

var mistakes = []mistake{
	{name: "keys in `config`", config: "[profile p]\nPROCESS\n" + bobsKeys + region},
	{name: "keys in `credentials`", config: "[profile p]\nPROCESS\n" + region, credentials: "[p]\n" + bobsKeys},
	{name: "keys in the environment", config: "[profile p]\nPROCESS\n" + region, env: []string{
		"AWS_ACCESS_KEY_ID=" + standin.BobAccessKeyID, "AWS_SECRET_ACCESS_KEY=" + standin.BobSecretAccessKey}},
	{name: "`role_arn` and `source_profile`", config: "[profile p]\nPROCESS\nrole_arn = " + roleARN + "Other\nsource_profile = base\n" + region},
	{name: "`role_arn` and itself as `source_profile`", config: "[profile p]\nPROCESS\nrole_arn = " + roleARN + "Other\nsource_profile = p\n" + region},
	{name: "`sso_*`", config: "[profile p]\nPROCESS\nsso_start_url = https://example.invalid/start\nsso_region = eu-west-1\nsso_account_id = 111122223333\nsso_role_name = Other\n" + region},
	{name: "a BOM", config: "\ufeff[profile p]\nPROCESS\n" + region},
	{name: "the section twice", config: "[profile p]\nPROCESS\n[profile p]\n" + region},
	{name: "the key twice", config: "[profile p]\nPROCESS\nPROCESS\n" + region},
	{name: "indented keys", config: "[profile p]\n  PROCESS\n  " + region},
	{name: "no `profile` in the header", config: "[p]\nPROCESS\n" + region},
	{name: "itself as `--source-profile`", config: "[profile p]\nPROCESS-self\n" + region},
}

func (b *bench) tryMistakes(c *client, r *result) error {
	defer os.Remove(b.path("credentials"))
	base := fmt.Sprintf("[profile base]\naws_access_key_id = %s\naws_secret_access_key = %s\n", standin.AccessKeyID, standin.SecretAccessKey)
	replace := strings.NewReplacer(
		"PROCESS-self", "credential_process = "+b.programs.credlease+" "+assume("Hour", "--source-profile p"),
		"PROCESS", "credential_process = "+b.programs.credlease+" "+assume("Hour", "--source-profile base"))
	for _, m := range mistakes {
		if err := b.configure(replace.Replace(m.config) + base); err != nil {
			return err
		}
		if err := os.WriteFile(b.path("credentials"), []byte(m.credentials), 0o600); err != nil {
			return err
		}
		s, err := b.use(c, use{profile: "p", env: m.env})
		if err != nil {
			return err
		}
		r.mistakes = append(r.mistakes, answeredBy(s))
	}
	return nil
}

// answeredBy tells whose credentials a client has used.
func answeredBy(s seen) string {
	switch arn := strings.Join(s.arns, " "); {
	case s.failed:
		return fails
	case strings.HasSuffix(arn, "assumed-role/Hour/conformance"):
		return "process"
	case strings.HasSuffix(arn, ":user/bob"):
		return "keys"
	case strings.Contains(arn, "assumed-role/Other/"):
		return "role"
	default:
		return arn
	}
}
