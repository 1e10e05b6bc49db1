package provider

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// A Source is the identity that a role is assumed with: one of its fields.
type Source struct {
	Keys             string // the name of access keys that are kept in the keyring
	Profile          string // anything the SDK can resolve
	CredentialSource string // Environment, EcsContainer or Ec2InstanceMetadata, as in the AWS config file
	WebIdentityToken *Token
}

// The values of credential_source in the AWS config file.
const (
	SourceEnvironment = "Environment"
	SourceContainer   = "EcsContainer"
	SourceInstance    = "Ec2InstanceMetadata"
)

// ErrNoSource is returned when no source is named and the environment has none.
var ErrNoSource = errors.New("no source: name one with --source-keys, --source-profile, --credential-source or --web-identity-token")

// EnvironmentHasKeys reports whether the environment is a source by itself.
func EnvironmentHasKeys() bool {
	env, err := config.NewEnvConfig()
	return err == nil && env.Credentials.HasKeys()
}

func (s Source) label() string {
	switch {
	case s.Keys != "":
		return "keys " + s.Keys
	case s.Profile != "":
		return "profile " + s.Profile
	case s.WebIdentityToken != nil:
		return "token " + s.WebIdentityToken.String()
	}
	return s.CredentialSource
}

// runs reports whether getting the source's credentials may start a program.
func (s Source) runs() bool {
	if s.WebIdentityToken != nil {
		return s.WebIdentityToken.runs()
	}
	return s.Profile != ""
}

// facts name the source, without anything secret and without the network.
func (s Source) facts(ctx context.Context) (any, error) {
	switch {
	case s.Keys != "":
		return Facts{"keys": s.Keys}, nil
	case s.Profile != "":
		profile, err := loadProfile(ctx, s.Profile)
		if err != nil {
			return nil, err
		}
		return Facts{"profile": profileFacts(profile)}, nil
	case s.WebIdentityToken != nil:
		token, err := s.WebIdentityToken.facts(ctx)
		return Facts{"web identity token": token}, err
	case s.CredentialSource == SourceEnvironment:
		env, err := config.NewEnvConfig()
		if err != nil || !env.Credentials.HasKeys() {
			return nil, s.failure(errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"))
		}
		return Facts{"access key": env.Credentials.AccessKeyID}, nil
	case s.CredentialSource == SourceContainer:
		return Facts{"container": os.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") + os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")}, nil
	}
	return Facts{"credential source": s.CredentialSource}, nil
}

func (s Source) failure(err error) *Failure {
	var known *Failure
	if errors.As(err, &known) {
		return known
	}
	failure := fail("resolve source "+s.label(), err)
	switch failure.Class {
	case ClassUnreachable, ClassLoop, ClassCode:
	default:
		failure.Class = ClassSource
	}
	return failure
}

// config returns an SDK configuration with the source's credentials in it,
// already retrieved: a source that fails is not to be taken for AWS refusing.
func (s Source) config(ctx context.Context, given Given) (aws.Config, error) {
	cfg, err := s.load(ctx, given)
	if err != nil {
		return aws.Config{}, s.failure(err)
	}
	began := time.Now()
	found, err := s.retrieve(ctx, cfg.Credentials)
	if isWrongCode(err) {
		found, err = s.retrieve(ctx, cfg.Credentials) // It asks for another.
	}
	traceSource(ctx, s.label(), found.AccessKeyID, err, began)
	if err != nil {
		return aws.Config{}, s.failure(s.explainSignIn(ctx, err))
	}
	cfg.Credentials = credentials.StaticCredentialsProvider{Value: found}
	return cfg, nil
}

// longLived is config for a source that must have access keys without an end: a
// session can neither get another nor show an MFA device. It is refused before a
// human is asked.
func (s Source) longLived(ctx context.Context, given Given, step string) (aws.Config, error) {
	refused := &Failure{Class: ClassTemporary, Step: step, Cause: "the source's credentials are a session's already"}
	if s.isTemporary(ctx) {
		return aws.Config{}, refused
	}
	cfg, err := s.config(ctx, given)
	if err != nil {
		return aws.Config{}, err
	}
	if found, err := cfg.Credentials.Retrieve(ctx); err == nil && found.SessionToken != "" {
		return aws.Config{}, refused
	}
	return cfg, nil
}

// isTemporary reports whether it is known without asking for them that the
// source's credentials are a session's.
func (s Source) isTemporary(ctx context.Context) bool {
	switch {
	case s.Profile != "":
		profile, err := loadProfile(ctx, s.Profile)
		return err == nil && (isRole(profile) || profile.LoginSession != "" || profile.Credentials.SessionToken != "")
	case s.CredentialSource == SourceEnvironment:
		env, err := config.NewEnvConfig()
		return err == nil && env.Credentials.SessionToken != ""
	}
	return s.CredentialSource == SourceContainer || s.CredentialSource == SourceInstance
}

// isRole reports whether it is known that the source is a role's session.
func (s Source) isRole(ctx context.Context) bool {
	if s.Profile == "" {
		return false
	}
	profile, err := loadProfile(ctx, s.Profile)
	return err == nil && isRole(profile)
}

// asks reports whether a profile wants the code of an MFA device.
func (s Source) asks(ctx context.Context) bool {
	if s.Profile == "" {
		return false
	}
	profile, err := loadProfile(ctx, s.Profile)
	for ; err == nil && profile != nil; profile = profile.Source {
		if profile.MFASerial != "" {
			return true
		}
	}
	return false
}

func (s Source) load(ctx context.Context, given Given) (aws.Config, error) {
	const accessKey, secretKey, sessionToken = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
	switch {
	case s.Profile != "":
		return s.loadWithProfile(ctx, given)
	case given.Credentials.AccessKeyID != "":
		return loadConfig(ctx, config.WithCredentialsProvider(given.Credentials.static()))
	case s.CredentialSource == SourceEnvironment:
		if !EnvironmentHasKeys() {
			return aws.Config{}, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
		}
		return loadConfig(ctx)
	case s.CredentialSource == SourceContainer:
		if os.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")+os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") == "" {
			return aws.Config{}, errors.New("neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set")
		}
		// What the SDK would prefer is hidden from it.
		defer hideVariables(accessKey, secretKey, sessionToken, "AWS_WEB_IDENTITY_TOKEN_FILE")()
		return loadConfig(ctx)
	case s.CredentialSource == SourceInstance:
		defer hideVariables(accessKey, secretKey, sessionToken, "AWS_WEB_IDENTITY_TOKEN_FILE",
			"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")()
		return loadConfig(ctx)
	}
	return aws.Config{}, fmt.Errorf("no credentials were given for %s", s.label())
}

func (c Credentials) static() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey.reveal(), c.SessionToken.reveal())
}
