package provider

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// loadProfile reads a profile and those it refers to from the files that the
// SDK reads.
func loadProfile(ctx context.Context, name string) (*config.SharedConfig, error) {
	step := "read profile " + name
	env, err := config.NewEnvConfig()
	if err != nil {
		return nil, &Failure{Class: ClassSource, Step: step, Cause: oneLine(err.Error()), err: err}
	}
	profile, err := config.LoadSharedConfigProfile(ctx, name, func(o *config.LoadSharedConfigOptions) {
		if env.SharedConfigFile != "" {
			o.ConfigFiles = []string{env.SharedConfigFile}
		}
		if env.SharedCredentialsFile != "" {
			o.CredentialsFiles = []string{env.SharedCredentialsFile}
		}
	})
	if err != nil {
		_, cause := explainLocal(err)
		return nil, &Failure{Class: ClassSource, Step: step, Cause: oneLine(cause), err: err}
	}
	if !hasCredentials(&profile) {
		return nil, &Failure{Class: ClassSource, Step: step, Cause: "it names no credentials"}
	}
	return &profile, nil
}

// hasCredentials keeps the SDK from going on to the instance's credentials for a
// profile that has none of its own.
func hasCredentials(p *config.SharedConfig) bool {
	return p.Source != nil || p.Credentials.HasKeys() || p.CredentialSource != "" || p.CredentialProcess != "" ||
		p.WebIdentityTokenFile != "" || p.SSOSessionName != "" || p.SSOStartURL != "" || p.LoginSession != ""
}

// profileFacts are the settings that decide which credentials a profile gives.
func profileFacts(p *config.SharedConfig) Facts {
	facts := Facts{}
	for name, value := range map[string]string{
		"access key":              p.Credentials.AccessKeyID,
		"credential_source":       p.CredentialSource,
		"credential_process":      p.CredentialProcess,
		"web_identity_token_file": p.WebIdentityTokenFile,
		"role_arn":                p.RoleARN,
		"external_id":             p.ExternalID,
		"mfa_serial":              p.MFASerial,
		"role_session_name":       p.RoleSessionName,
		"sso_session":             p.SSOSessionName,
		"sso_start_url":           p.SSOStartURL,
		"sso_region":              p.SSORegion,
		"sso_account_id":          p.SSOAccountID,
		"sso_role_name":           p.SSORoleName,
		"login_session":           p.LoginSession,
		"region":                  p.Region,
		"endpoint_url":            p.BaseEndpoint,
		"services":                p.ServicesSectionName,
	} {
		if value != "" {
			facts[name] = value
		}
	}
	for service, settings := range p.Services.ServiceValues {
		facts["services "+service] = settings
	}
	if p.RoleDurationSeconds != nil {
		facts["duration_seconds"] = p.RoleDurationSeconds.Seconds()
	}
	if p.SSOSession != nil {
		facts["sso_session start_url"] = p.SSOSession.SSOStartURL
		facts["sso_session region"] = p.SSOSession.SSORegion
	}
	if p.Source != nil {
		facts["source_profile"] = profileFacts(p.Source)
	}
	return facts
}

// loadWithProfile resolves the named profile as the SDK does. A profile that is
// itself a process is run by us, in a session of its own.
func (s Source) loadWithProfile(ctx context.Context, given Given) (aws.Config, error) {
	profile, err := loadProfile(ctx, s.Profile)
	if err != nil {
		return aws.Config{}, err
	}
	// The SDK makes the clients that a profile needs before it has come to read
	// AWS_ENDPOINT_URL.
	defer spreadEndpoint("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL_SIGNIN")()
	options := []func(*config.LoadOptions) error{
		config.WithSharedConfigProfile(s.Profile),
		// A role's profile needs no region to the AWS CLI, but one to the SDK.
		config.WithDefaultRegion(HomeRegion(profile.RoleARN)),
		config.WithLogger(logging.Nop{}),
		config.WithAssumeRoleCredentialOptions(askFor(ctx, given)),
		tracingCalls(ctx),
	}
	if given.Credentials.AccessKeyID != "" {
		options = append(options, config.WithCredentialsProvider(given.Credentials.static()))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err == nil && given.Credentials.AccessKeyID == "" && isProcess(profile) {
		cfg.Credentials = newProcess(profile.CredentialProcess)
	}
	return cfg, err
}

// askFor gives the roles of a profile the codes of the devices that they name.
func askFor(ctx context.Context, given Given) func(*stscreds.AssumeRoleOptions) {
	return func(o *stscreds.AssumeRoleOptions) {
		if o.SerialNumber == nil {
			return
		}
		question := Question{Serial: *o.SerialNumber}
		o.TokenProvider = func() (string, error) {
			code, err := given.code(ctx, question)
			question.Before = WrongBefore // It is asked again only if AWS refused this one.
			return code.reveal(), err
		}
		o.Client = withoutRetries{o.Client}
	}
}

// withoutRetries sends a code once.
type withoutRetries struct{ stscreds.AssumeRoleAPIClient }

func (c withoutRetries) AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, options ...func(*sts.Options)) (*sts.AssumeRoleOutput, error) {
	return c.AssumeRoleAPIClient.AssumeRole(ctx, in, append(options, onceWith(in.TokenCode))...)
}

// isRole holds for a profile whose credentials are a role's session.
func isRole(p *config.SharedConfig) bool {
	return p.RoleARN != "" || p.SSOSessionName != "" || p.SSOStartURL != ""
}

func isProcess(p *config.SharedConfig) bool {
	return p.CredentialProcess != "" && p.Source == nil && !p.Credentials.HasKeys() && p.CredentialSource == "" &&
		p.WebIdentityTokenFile == "" && p.SSOSessionName == "" && p.SSOStartURL == "" && p.LoginSession == ""
}

// ProfileKeys returns the long-lived access keys that a profile has.
func ProfileKeys(ctx context.Context, name string) (Credentials, error) {
	profile, err := loadProfile(ctx, name)
	if err != nil {
		return Credentials{}, err
	}
	keys := profile.Credentials
	if profile.Source != nil && profile.Source.Profile == name {
		keys = profile.Source.Credentials // It is its own source_profile.
	}
	if !keys.HasKeys() {
		return Credentials{}, fmt.Errorf("read profile %s: it has no access keys of its own", name)
	}
	if keys.SessionToken != "" {
		return Credentials{}, fmt.Errorf("read profile %s: its keys are temporary", name)
	}
	return NewKeys(keys.AccessKeyID, keys.SecretAccessKey)
}

// CredentialsFile is the AWS credentials file.
func CredentialsFile() string {
	if env, err := config.NewEnvConfig(); err == nil && env.SharedCredentialsFile != "" {
		return env.SharedCredentialsFile
	}
	return config.DefaultSharedCredentialsFilename()
}

// ConfigFile is the AWS config file.
func ConfigFile() string {
	if env, err := config.NewEnvConfig(); err == nil && env.SharedConfigFile != "" {
		return env.SharedConfigFile
	}
	return config.DefaultSharedConfigFilename()
}
