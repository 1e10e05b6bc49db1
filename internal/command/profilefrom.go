package command

import (
	"fmt"

	"credlease/internal/awsconfig"
	"credlease/provider"
)

// A profile that has the SDK assume a role, of which one of ours is made.
type roleProfile struct {
	name     string
	settings map[string]string
}

// oldProfile reads a profile as the SDKs do: the credentials file has the last
// word.
func oldProfile(file *awsconfig.File, name string) (roleProfile, error) {
	settings, found := file.Profile(name)
	if credentials, err := awsconfig.Read(provider.CredentialsFile()); err == nil {
		more, there := credentials.Credentials(name)
		for key, value := range more {
			settings[key] = value
		}
		found = found || there
	}
	switch {
	case !found:
		return roleProfile{}, fmt.Errorf("read profile %s: no such profile in %s and %s", name, file.Path, provider.CredentialsFile())
	case settings["role_arn"] != "":
		return roleProfile{name, settings}, nil
	case settings["aws_access_key_id"] != "":
		return roleProfile{}, fmt.Errorf("read profile %s: it has access keys and no role_arn; to keep them, run: credlease keys add %s --from-profile %s", name, name, name)
	}
	return roleProfile{}, fmt.Errorf("read profile %s: it has no role_arn, so there is no role to assume", name)
}

// command is the one that assumes the same role for a profile of this name.
func (r roleProfile) command(name string) ([]string, error) {
	words := []string{"assume-role", "--role-arn", r.settings["role_arn"]}
	for _, s := range []struct{ key, flag, before string }{
		{"source_profile", "--source-profile", ""},
		{"credential_source", "--credential-source", ""},
		{"web_identity_token_file", "--web-identity-token", "file:"},
		{"role_session_name", "--role-session-name", ""},
		{"duration_seconds", "--duration-seconds", ""},
		{"external_id", "--external-id", ""},
		{"mfa_serial", "--mfa-serial", ""},
	} {
		if value := r.settings[s.key]; value != "" {
			words = append(words, s.flag, s.before+value)
		}
	}
	if r.settings["source_profile"] == r.name {
		return nil, fmt.Errorf("read profile %s: it is its own source_profile; run: credlease keys add %s --from-profile %s, then profile add with -- %s --source-keys %s", r.name, r.name, r.name, "assume-role --role-arn "+r.settings["role_arn"], r.name)
	}
	if err := checkCommand(name, words); err != nil {
		return nil, fmt.Errorf("make a command of profile %s: %w", r.name, err)
	}
	return words, nil
}
