package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"credlease/internal/deadline"
	"credlease/internal/spawn"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
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

// process is a credential_process whose failure is told by what it wrote to
// stderr. The SDK's error would quote its stdout, secrets included.
type process struct {
	command     string
	sameSession bool
	stderr      boundedBuffer
}

func newProcess(command string) *process { return &process{command: command} }

func (p *process) Retrieve(ctx context.Context) (aws.Credentials, error) {
	began := time.Now()
	found, err := processcreds.NewProviderCommand(processcreds.NewCommandBuilderFunc(p.build)).Retrieve(ctx)
	if err != nil {
		found, err = aws.Credentials{}, processFailure(ctx, err, p.stderr.text())
	}
	traceRun(ctx, "credential_process", err, began)
	return found, err
}

func (p *process) build(ctx context.Context) (*exec.Cmd, error) {
	args := shell(p.command)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stderr = &p.stderr
	if p.sameSession {
		cmd.WaitDelay = orphanGrace
	} else {
		spawn.InOwnSession(cmd)
	}
	return cmd, nil
}

func processFailure(ctx context.Context, err error, stderr string) error {
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return errors.New("its credential_process did not end in time")
	case errors.As(err, &exit):
		return withLastWords(fmt.Errorf("its credential_process ended with %s", exit), lastCause(stderr))
	}
	return withLastWords(errors.New("its credential_process printed no credentials document"), lastCause(stderr))
}

// lastCause shortens what another credlease says of itself. Of the profiles of a
// chain it leaves the last, where it broke: all of them would hide the cause.
func lastCause(stderr string) string {
	text := strings.TrimPrefix(strings.TrimSpace(stderr), "credlease: ")
	const step = "resolve source profile "
	if strings.HasPrefix(text, step) {
		text = text[strings.LastIndex(text, step):]
	}
	return text
}

// retrieve bounds the SDK, which may itself run a credential_process: that one
// inherits our stdin and stderr, so both are put aside meanwhile.
func (s Source) retrieve(ctx context.Context, from aws.CredentialsProvider) (aws.Credentials, error) {
	if _, ours := from.(*process); ours || s.Profile == "" {
		return from.Retrieve(ctx)
	}
	return retrieveQuietly(ctx, from)
}

func retrieveQuietly(ctx context.Context, from aws.CredentialsProvider) (aws.Credentials, error) {
	stderr, restore := putStdioAside()
	found, err := deadline.Do(ctx, func() (aws.Credentials, error) { return from.Retrieve(ctx) })
	restore()
	var failed *processcreds.ProviderError
	if errors.As(err, &failed) {
		return found, processFailure(ctx, err, stderr())
	}
	return found, err
}

// orphanGrace is how long what a process left behind may still write.
const orphanGrace = 200 * time.Millisecond

// putStdioAside makes stdin empty and collects stderr.
func putStdioAside() (collected func() string, restore func()) {
	stdin, stderr := os.Stdin, os.Stderr
	var text boundedBuffer
	null, err := os.Open(os.DevNull)
	if err != nil {
		return text.text, func() {}
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		null.Close()
		return text.text, func() {}
	}
	os.Stdin, os.Stderr = null, writer
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(&text, reader)
	}()
	return text.text, func() {
		os.Stdin, os.Stderr = stdin, stderr
		writer.Close()
		_ = reader.SetReadDeadline(time.Now().Add(orphanGrace))
		<-drained
		reader.Close()
		null.Close()
	}
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
