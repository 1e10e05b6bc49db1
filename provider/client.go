package provider

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

// loadConfig lets the SDK read the environment's settings without the profiles:
// a profile is never used unless named, or one could resolve to itself.
func loadConfig(ctx context.Context, options ...func(*config.LoadOptions) error) (aws.Config, error) {
	// With AWS_PROFILE set, the SDK insists on finding that profile.
	defer hideVariables("AWS_PROFILE", "AWS_DEFAULT_PROFILE")()
	return config.LoadDefaultConfig(ctx, append([]func(*config.LoadOptions) error{
		config.WithSharedConfigFiles([]string{}),
		config.WithSharedCredentialsFiles([]string{}),
		// The SDK's own logger writes warnings to stderr.
		config.WithLogger(logging.Nop{}),
		tracingCalls(ctx),
	}, options...)...)
}

// hideVariables takes variables out of the environment until the function that
// it returns puts them back.
func hideVariables(names ...string) func() {
	hidden := map[string]string{}
	for _, name := range names {
		if value, ok := os.LookupEnv(name); ok {
			hidden[name] = value
			os.Unsetenv(name)
		}
	}
	return func() {
		for name, value := range hidden {
			os.Setenv(name, value)
		}
	}
}

// spreadEndpoint gives services the endpoint that is set for all of them, unless
// they have their own, until the function that it returns is called.
func spreadEndpoint(variables ...string) (restore func()) {
	var added []string
	if all := os.Getenv("AWS_ENDPOINT_URL"); all != "" {
		for _, variable := range variables {
			if _, ok := os.LookupEnv(variable); !ok {
				os.Setenv(variable, all)
				added = append(added, variable)
			}
		}
	}
	return func() {
		for _, variable := range added {
			os.Unsetenv(variable)
		}
	}
}

// useRegion settles where STS is asked: the region typed, else that of the
// environment or the source profile if it is in the right partition, else the
// partition's own.
func useRegion(cfg *aws.Config, typed, partition string) {
	switch {
	case typed != "":
		cfg.Region = typed
	case cfg.Region == "" || partitionOf(cfg.Region) != partition:
		cfg.Region = partitions[partition].defaultRegion
	}
}

// limitAttempts keeps a mint that is not urgent from being tried again.
func limitAttempts(cfg *aws.Config, attempts int) {
	if attempts > 0 {
		cfg.RetryMaxAttempts = attempts
		cfg.Retryer = nil
	}
}

// noise is how far AWS's Date may be off by its whole seconds and the way here.
const noise = 5 * time.Second

// clockOf reads when AWS answered by its own clock, and how far the local one is
// off. Differences that the measurement itself could make count as none.
func clockOf(metadata middleware.Metadata) (issued time.Time, skew time.Duration) {
	answered, ok := awsmiddleware.GetResponseAt(metadata)
	if !ok {
		answered = time.Now()
	}
	if server, ok := awsmiddleware.GetServerTime(metadata); ok {
		skew = server.Sub(answered).Round(time.Second)
	}
	if skew.Abs() < noise {
		skew = 0
	}
	return answered.Add(skew).UTC().Round(0), skew
}

// leaseOf makes credentials of an answer, and refuses an answer without.
func leaseOf(accessKeyID, secretAccessKey, sessionToken *string, expiration *time.Time) (Credentials, error) {
	if accessKeyID == nil || secretAccessKey == nil || sessionToken == nil || expiration == nil {
		return Credentials{}, errors.New("AWS answered without credentials")
	}
	c := Credentials{
		AccessKeyID:     *accessKeyID,
		SecretAccessKey: NewSecret(*secretAccessKey),
		SessionToken:    NewSecret(*sessionToken),
		Expiration:      expiration.UTC().Truncate(time.Second),
	}
	_, err := c.Encode()
	return c, err
}
