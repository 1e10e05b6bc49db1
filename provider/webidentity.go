package provider

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// maxWebIdentityToken is the length of AssumeRoleWithWebIdentity's
// WebIdentityToken.
const maxWebIdentityToken = 20_000

func (r *AssumeRole) mintWithWebIdentity(ctx context.Context, given Given) (Minted, error) {
	token, err := r.From.WebIdentityToken.readToUse(ctx, maxWebIdentityToken, given.Skew)
	if err != nil {
		return Minted{}, err
	}
	return r.withWebIdentity(ctx, token, given)
}

// withWebIdentity assumes the role with an identity provider's token, which takes
// the place of a signature.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
func (r *AssumeRole) withWebIdentity(ctx context.Context, token Secret, given Given) (Minted, error) {
	policy, err := r.Policy.text()
	if err != nil {
		return Minted{}, err
	}
	cfg, err := loadAnonymous(ctx)
	if err != nil {
		return Minted{}, fail(r.step(), err)
	}
	out, err := r.client(cfg, given).AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
		RoleArn:                 aws.String(r.RoleARN.String()),
		RoleSessionName:         aws.String(r.SessionName),
		DurationSeconds:         r.durationSeconds(),
		Policy:                  stringOrNil(policy),
		PolicyArns:              policyDescriptors(r.PolicyARNs),
		MinimumSessionTokenSize: numberOrNil(r.MinimumSessionTokenSize),
		WebIdentityToken:        aws.String(token.reveal()),
		ProviderId:              stringOrNil(r.ProviderID),
	})
	if err != nil {
		failure := fail(r.step(), err, token)
		if source := r.From.WebIdentityToken; source != nil && failure.Class == ClassToken {
			failure.Cause = source.withEnd(token, given.Skew, failure.Cause)
		}
		return Minted{}, failure
	}
	return r.minted(out.Credentials, out.AssumedRoleUser, out.ResultMetadata)
}
