package provider

import (
	"context"
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
	Region      string // only when typed
	From        Source
}

// Label names the role and the source.
func (r *AssumeRole) Label() string { return r.RoleARN.String() + " from " + r.From.label() }

// KeptKeys implements [Request].
func (r *AssumeRole) KeptKeys() string { return r.From.Keys }

// Runs implements [Request].
func (r *AssumeRole) Runs() bool { return r.From.runs() }

// Facts implements [Request].
func (r *AssumeRole) Facts(ctx context.Context) (Facts, error) {
	source, err := r.From.facts(ctx)
	if err != nil {
		return nil, err
	}
	return Facts{
		"kind":         "assume-role",
		"role arn":     r.RoleARN.String(),
		"session name": r.SessionName,
		"duration":     int(r.Duration.Seconds()),
		"external id":  r.ExternalID,
		"region":       r.Region,
		"source":       source,
		"endpoint":     endpointFact("STS"),
	}, nil
}

// Mint implements [Request].
func (r *AssumeRole) Mint(ctx context.Context, given Given) (Minted, error) {
	if r.From.WebIdentityToken != nil {
		return r.mintWithWebIdentity(ctx, given)
	}
	cfg, err := r.From.config(ctx, given.Credentials)
	if err != nil {
		return Minted{}, err
	}
	out, err := r.client(cfg, given).AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn:         aws.String(r.RoleARN.String()),
		RoleSessionName: aws.String(r.SessionName),
		DurationSeconds: r.durationSeconds(),
		ExternalId:      stringOrNil(r.ExternalID),
	})
	if err != nil {
		return Minted{}, fail(r.step(), err)
	}
	return r.minted(out.Credentials, out.AssumedRoleUser, out.ResultMetadata)
}

func (r *AssumeRole) mintWithWebIdentity(ctx context.Context, given Given) (Minted, error) {
	token, err := r.From.WebIdentityToken.read(ctx)
	if err != nil {
		return Minted{}, err
	}
	cfg, err := loadAnonymous(ctx)
	if err != nil {
		return Minted{}, fail(r.step(), err)
	}
	out, err := r.client(cfg, given).AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
		RoleArn:          aws.String(r.RoleARN.String()),
		RoleSessionName:  aws.String(r.SessionName),
		DurationSeconds:  r.durationSeconds(),
		WebIdentityToken: aws.String(token.reveal()),
	})
	if err != nil {
		return Minted{}, fail(r.step(), err, token)
	}
	return r.minted(out.Credentials, out.AssumedRoleUser, out.ResultMetadata)
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

func (r *AssumeRole) durationSeconds() *int32 {
	if r.Duration == 0 {
		return nil
	}
	return aws.Int32(int32(r.Duration.Seconds()))
}

func stringOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
