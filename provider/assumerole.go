package provider

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go/middleware"
)

// AssumeRole asks STS for a role session: with AssumeRole, or with
// AssumeRoleWithWebIdentity if the source is an identity provider's token.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
type AssumeRole struct {
	RoleARN     RoleARN
	SessionName string
	Duration    time.Duration // 15 minutes to 12 hours; 0 leaves it to AWS, which gives one hour
	ExternalID  string
	ProviderID  string // of the web identity token, where it is an OAuth 2.0 access token
	// Policy and PolicyARNs take permissions from the session, and give none.
	Policy            *Policy
	PolicyARNs        []PolicyARN // see [CheckPolicyARNs]
	Tags              []Tag       // see [CheckTags]
	TransitiveTagKeys []string
	SourceIdentity    string
	ProvidedContexts  []ProvidedContext
	// MinimumSessionTokenSize is in bytes, at most 4,096; 0 leaves it to AWS.
	MinimumSessionTokenSize int
	Region                  string // only when typed
	From                    Source
	MFA                     MFA
}

// Label names the role and the source.
func (r *AssumeRole) Label() string { return r.RoleARN.String() + " from " + r.From.label() }

// KeptKeys implements [Request].
func (r *AssumeRole) KeptKeys() string { return r.From.Keys }

// Runs implements [Request].
func (r *AssumeRole) Runs() bool { return r.MFA.Serial != "" || r.From.runs() }

// Source is the MFA session that the role is assumed with, or nil where there is
// none or where AWS takes none: a role that is assumed with a session lasts at
// most one hour.
func (r *AssumeRole) Source() Request {
	if r.MFA.Serial == "" || r.MFA.NoSession || r.Duration > time.Hour {
		return nil
	}
	return &SessionToken{From: r.From, Serial: r.MFA.Serial, Duration: r.MFA.SessionDuration, Region: r.Region, Partition: r.RoleARN.Partition}
}

// Asks reports whether minting the role itself may ask a human for a code.
func (r *AssumeRole) Asks(ctx context.Context) bool {
	return r.device() != "" || r.From.asks(ctx)
}

// device is the serial of the MFA device whose code goes with the role's own
// request, or nothing.
func (r *AssumeRole) device() string {
	if r.Source() != nil {
		return ""
	}
	return r.MFA.Serial
}

// Facts implements [Request].
func (r *AssumeRole) Facts(ctx context.Context) (Facts, error) {
	source, err := r.From.facts(ctx)
	if err != nil {
		return nil, err
	}
	facts := Facts{
		"kind":         "assume-role",
		"role arn":     r.RoleARN.String(),
		"session name": r.SessionName,
		"duration":     int(r.Duration.Seconds()),
		"external id":  r.ExternalID,
		"region":       r.Region,
		"source":       source,
		"endpoint":     endpointFact("STS"),
	}
	return facts, r.addSessionFacts(ctx, facts)
}

// addSessionFacts adds what few requests have, and so leaves the keys of all
// others as they are.
func (r *AssumeRole) addSessionFacts(ctx context.Context, facts Facts) error {
	if r.Policy != nil {
		policy, err := r.Policy.text()
		if err != nil {
			return err
		}
		facts["policy"] = policy
	}
	if len(r.PolicyARNs) > 0 {
		facts["policy arns"] = setOf(r.PolicyARNs)
	}
	if len(r.Tags) > 0 {
		tags := map[string]string{}
		for _, tag := range r.Tags {
			tags[tag.Key] = tag.Value
		}
		facts["tags"] = tags
	}
	if len(r.TransitiveTagKeys) > 0 {
		keys := slices.Sorted(slices.Values(r.TransitiveTagKeys))
		facts["transitive tag keys"] = slices.Compact(keys)
	}
	if r.SourceIdentity != "" {
		facts["source identity"] = r.SourceIdentity
	}
	if r.ProviderID != "" {
		facts["provider id"] = r.ProviderID
	}
	if r.MinimumSessionTokenSize > 0 {
		facts["minimum session token size"] = r.MinimumSessionTokenSize
	}
	if len(r.ProvidedContexts) > 0 {
		contexts, err := contextFacts(ctx, r.ProvidedContexts)
		if err != nil {
			return err
		}
		facts["provided contexts"] = contexts
	}
	return nil
}

// setOf returns the names of policies in order, and each once.
func setOf(policies []PolicyARN) []string {
	var names []string
	for _, p := range policies {
		names = append(names, p.String())
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Mint implements [Request].
func (r *AssumeRole) Mint(ctx context.Context, given Given) (Minted, error) {
	if r.From.WebIdentityToken != nil {
		return r.mintWithWebIdentity(ctx, given)
	}
	input, secrets, err := r.input(ctx)
	if err != nil {
		return Minted{}, err
	}
	if r.Duration > time.Hour && r.From.isRole(ctx) {
		return Minted{}, &Failure{Class: ClassTooLong, Step: r.step(), Cause: "its source is a role's session itself, and AWS ends a role in a chain after one hour"}
	}
	cfg, err := r.config(ctx, given)
	if err != nil {
		return Minted{}, err
	}
	client := r.client(cfg, given)
	out, err := withCode(ctx, given, r.device(), func(code *string) (*sts.AssumeRoleOutput, error) {
		input.SerialNumber, input.TokenCode = stringOrNil(r.device()), code
		return client.AssumeRole(ctx, input, onceWith(code))
	})
	if err != nil {
		return Minted{}, fail(r.step(), err, secrets...)
	}
	return r.minted(out.Credentials, out.AssumedRoleUser, out.ResultMetadata)
}

func (r *AssumeRole) config(ctx context.Context, given Given) (aws.Config, error) {
	if r.device() != "" {
		return r.From.longLived(ctx, given, r.step())
	}
	return r.From.config(ctx, given)
}

// input returns AssumeRole's parameters, and the secrets among them.
func (r *AssumeRole) input(ctx context.Context) (*sts.AssumeRoleInput, []Secret, error) {
	policy, err := r.Policy.text()
	if err != nil {
		return nil, nil, err
	}
	contexts, secrets, err := readContexts(ctx, r.ProvidedContexts)
	if err != nil {
		return nil, nil, err
	}
	input := &sts.AssumeRoleInput{
		RoleArn:                 aws.String(r.RoleARN.String()),
		RoleSessionName:         aws.String(r.SessionName),
		DurationSeconds:         r.durationSeconds(),
		ExternalId:              stringOrNil(r.ExternalID),
		Policy:                  stringOrNil(policy),
		PolicyArns:              policyDescriptors(r.PolicyARNs),
		TransitiveTagKeys:       r.TransitiveTagKeys,
		SourceIdentity:          stringOrNil(r.SourceIdentity),
		MinimumSessionTokenSize: numberOrNil(r.MinimumSessionTokenSize),
		ProvidedContexts:        contexts,
	}
	for _, tag := range r.Tags {
		input.Tags = append(input.Tags, types.Tag{Key: aws.String(tag.Key), Value: aws.String(tag.Value)})
	}
	return input, secrets, nil
}

func policyDescriptors(policies []PolicyARN) []types.PolicyDescriptorType {
	var descriptors []types.PolicyDescriptorType
	for _, name := range setOf(policies) {
		descriptors = append(descriptors, types.PolicyDescriptorType{Arn: aws.String(name)})
	}
	return descriptors
}

func (r *AssumeRole) client(cfg aws.Config, given Given) *sts.Client {
	useRegion(&cfg, r.Region, r.RoleARN.Partition)
	limitAttempts(&cfg, given.Attempts)
	return sts.NewFromConfig(cfg)
}

func (r *AssumeRole) minted(c *types.Credentials, user *types.AssumedRoleUser, metadata middleware.Metadata) (Minted, error) {
	if c == nil {
		c = &types.Credentials{}
	}
	lease, err := leaseOf(c.AccessKeyId, c.SecretAccessKey, c.SessionToken, c.Expiration)
	if err != nil {
		return Minted{}, &Failure{Class: ClassGarbled, Step: r.step(), Cause: err.Error(), err: err}
	}
	if user != nil {
		lease.AccountID = sessionAccountID(aws.ToString(user.Arn))
	}
	issued, skew := clockOf(metadata)
	return Minted{Credentials: lease, Issued: issued, Skew: skew}, nil
}

func (r *AssumeRole) step() string { return "assume role " + r.RoleARN.String() }

func (r *AssumeRole) durationSeconds() *int32 { return secondsOrNil(r.Duration) }

func secondsOrNil(d time.Duration) *int32 { return numberOrNil(int(d.Seconds())) }

func numberOrNil(n int) *int32 {
	if n == 0 {
		return nil
	}
	return aws.Int32(int32(n))
}

func stringOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
