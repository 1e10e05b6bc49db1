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
	if failure.Class == ClassUnreachable || failure.Class == ClassLoop {
		return failure
	}
	failure.Class = ClassSource
	return failure
}

// config returns an SDK configuration with the source's credentials in it,
// already retrieved: a source that fails is not to be taken for AWS refusing.
func (s Source) config(ctx context.Context, given Credentials) (aws.Config, error) {
	cfg, err := s.load(ctx, given)
	if err != nil {
		return aws.Config{}, s.failure(err)
	}
	began := time.Now()
	found, err := s.retrieve(ctx, cfg.Credentials)
	traceSource(ctx, s.label(), found.AccessKeyID, err, began)
	if err != nil {
		return aws.Config{}, s.failure(err)
	}
	cfg.Credentials = credentials.StaticCredentialsProvider{Value: found}
	return cfg, nil
}

func (s Source) load(ctx context.Context, given Credentials) (aws.Config, error) {
	const accessKey, secretKey, sessionToken = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
	switch {
	case s.Profile != "":
		return s.loadWithProfile(ctx)
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
	case s.Keys != "" && given.AccessKeyID != "":
		return loadConfig(ctx, config.WithCredentialsProvider(given.static()))
	}
	return aws.Config{}, fmt.Errorf("no credentials were given for %s", s.label())
}

func (c Credentials) static() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey.reveal(), c.SessionToken.reveal())
}
