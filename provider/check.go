package provider

import (
	"context"
	"strings"
	"time"

	"credlease/internal/deadline"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// A Verdict is what AWS makes of the credentials that a profile gives.
type Verdict string

// The verdicts of [Check].
const (
	VerdictValid       Verdict = "valid"
	VerdictExpired     Verdict = "expired"
	VerdictInvalid     Verdict = "invalid"     // AWS does not know them
	VerdictNotAllowed  Verdict = "not-allowed" // AWS refuses to give them
	VerdictClockWrong  Verdict = "clock-wrong"
	VerdictUnreachable Verdict = "unreachable" // no answer, or none of use
	VerdictNoneFound   Verdict = "none-found"
)

// Checked is a verdict and what it rests on.
type Checked struct {
	Verdict     Verdict
	Cause       string // of a verdict other than valid
	Provider    string // where the credentials came from
	Command     string // of the credential_process that gave them
	AccessKeyID string
	ARN         string
	Account     string
	Expiration  time.Time     // zero if they do not say
	Skew        time.Duration // AWS's clock less the local one, 0 if that is noise
}

// SignatureTolerance is how far the local clock may be off before AWS refuses
// what is signed with it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
const SignatureTolerance = 5 * time.Minute

// Check loads a profile as an SDK does, "" for what it takes by itself, and asks
// STS who that is. With a human at the terminal, the profile's process may ask him
// there; without one, all that it starts is ended when time is up. Waiting is told
// before each wait whether it is for that process, whose command it gets, or for
// AWS, "".
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func Check(ctx context.Context, profile string, human bool, waiting func(command string)) Checked {
	var result Checked
	cfg, err := loadAsSDK(ctx, profile)
	if err != nil {
		_, cause := explainLocal(err)
		result.Verdict, result.Cause = VerdictNoneFound, oneLine(cause)
		return result
	}
	found, err := result.retrieve(ctx, &cfg, human, waiting)
	if err != nil {
		result.judge(ctx, err)
		if aws.IsCredentialsProvider(cfg.Credentials, (*ec2rolecreds.Provider)(nil)) {
			// The instance is what an SDK asks when nothing else is there.
			result.Verdict, result.Cause = VerdictNoneFound, "there are none in the environment, the profile, the container or the instance"
		}
		return result
	}
	result.AccessKeyID = found.AccessKeyID
	if found.CanExpire {
		result.Expiration = found.Expires.UTC()
	}
	cfg.Credentials = credentials.StaticCredentialsProvider{Value: found}
	waiting("")
	out, err := deadline.Do(ctx, func() (*sts.GetCallerIdentityOutput, error) {
		return sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	})
	if err != nil {
		result.judge(ctx, err)
		return result
	}
	_, result.Skew = clockOf(out.ResultMetadata)
	result.Verdict, result.ARN, result.Account = VerdictValid, aws.ToString(out.Arn), aws.ToString(out.Account)
	if result.Skew.Abs() >= SignatureTolerance {
		result.Verdict, result.Cause = VerdictClockWrong, "AWS takes what this SDK signs, which corrects the clock; others do not"
	}
	return result
}

// loadAsSDK is what a program does that is told nothing, or a profile's name.
func loadAsSDK(ctx context.Context, profile string) (aws.Config, error) {
	// As in loadWithProfile.
	defer spreadEndpoint("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC")()
	options := []func(*config.LoadOptions) error{
		config.WithDefaultRegion(homeRegion(ctx, profile)),
		config.WithLogger(logging.Nop{}),
		tracingCalls(ctx),
	}
	if profile != "" {
		options = append(options, config.WithSharedConfigProfile(profile))
	}
	return config.LoadDefaultConfig(ctx, options...)
}

// homeRegion is where the STS of a profile's partition is asked unless a region is
// set: that of another partition would not know its credentials.
func homeRegion(ctx context.Context, profile string) string {
	if env, err := config.NewEnvConfig(); profile == "" && err == nil {
		profile = env.SharedConfigProfile
	}
	if profile == "" {
		profile = config.DefaultSharedConfigProfile
	}
	shared, err := loadProfile(ctx, profile)
	if err != nil {
		return partitions["aws"].defaultRegion
	}
	return HomeRegion(shared.RoleARN + " " + shared.CredentialProcess)
}

// HomeRegion is where the STS of the first role that a command names is asked
// unless a region is set.
func HomeRegion(command string) string {
	for _, word := range strings.FieldsFunc(command, func(r rune) bool { return r == ' ' || r == '=' || r == '"' || r == '\'' }) {
		if role, err := ParseRoleARN(word); err == nil {
			return partitions[role.Partition].defaultRegion
		}
	}
	return partitions["aws"].defaultRegion
}

// retrieve gets the credentials, and notes who gave them.
func (c *Checked) retrieve(ctx context.Context, cfg *aws.Config, human bool, waiting func(string)) (aws.Credentials, error) {
	from := cfg.Credentials
	if shared, ok := sharedConfig(cfg); ok && aws.IsCredentialsProvider(from, (*processcreds.Provider)(nil)) {
		c.Command = shared.CredentialProcess
		c.Provider = "credential_process " + firstWord(c.Command)
		waiting(c.Command)
		return (&process{command: c.Command, sameSession: human}).Retrieve(ctx)
	}
	waiting("")
	found, err := retrieveQuietly(ctx, from)
	c.Provider = nameOfProvider(found.Source)
	return found, err
}

func sharedConfig(cfg *aws.Config) (config.SharedConfig, bool) {
	for _, source := range cfg.ConfigSources {
		if shared, ok := source.(config.SharedConfig); ok {
			return shared, true
		}
	}
	return config.SharedConfig{}, false
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	return word
}

// nameOfProvider says in words what the SDK calls a source.
func nameOfProvider(source string) string {
	if file, ok := strings.CutPrefix(source, "SharedConfigCredentials: "); ok {
		return "access keys in " + file
	}
	if name, ok := providerNames[source]; ok {
		return name
	}
	return source
}

var providerNames = map[string]string{
	"EnvConfigCredentials":        "environment",
	"AssumeRoleProvider":          "role_arn",
	"WebIdentityCredentials":      "web identity token",
	"SSOProvider":                 "IAM Identity Center",
	"LoginProvider":               "aws login",
	"CredentialsEndpointProvider": "container",
	"EC2RoleProvider":             "instance",
}

// judge finds the verdict that an error amounts to.
func (c *Checked) judge(ctx context.Context, err error) {
	class, cause := explain(err)
	if class == ClassSource {
		class = classOfText(cause)
	}
	c.Verdict, c.Cause = verdictOf(class), oneLine(cause)
	if c.Verdict == VerdictClockWrong {
		// AWS's clock is in every answer, and a refusal is one.
		c.Skew = Reach(ctx, ServiceSTS, "").Skew
	}
}

func verdictOf(class Class) Verdict {
	switch class {
	case ClassDenied, ClassGuests, ClassRegion:
		return VerdictNotAllowed
	case ClassSourceExpired:
		return VerdictExpired
	case ClassSourceInvalid, ClassToken:
		return VerdictInvalid
	case ClassClock:
		return VerdictClockWrong
	case ClassUnreachable, ClassUnavailable, ClassThrottled, ClassGarbled:
		return VerdictUnreachable
	}
	return VerdictNoneFound
}

// classOfText finds what a program, credlease or another, has said on stderr: a
// code of AWS's, or the network's words.
func classOfText(text string) Class {
	for phrase, class := range map[string]Class{
		"Signature expired:":        ClassClock,
		"Signature not yet current": ClassClock,
		"the clock is":              ClassClock,
		"connection refused":        ClassUnreachable,
		"no such host":              ClassUnreachable,
		"no answer in time":         ClassUnreachable,
		"did not end in time":       ClassUnreachable,
		"i/o timeout":               ClassUnreachable,
		"AWS answered 5":            ClassUnavailable,
		"none of AWS's":             ClassGarbled,
	} {
		if strings.Contains(text, phrase) {
			return class
		}
	}
	isLetter := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !isLetter(r) }) {
		if class, ok := classOfCode[word]; ok {
			return class
		}
	}
	return ClassSource
}
