package provider

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// SessionToken asks STS for a session of the source itself. With a code of an MFA
// device it serves every role of the source that asks for one. The source has to
// have long-lived access keys.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
type SessionToken struct {
	From   Source
	Serial string // of an MFA device, or ""
	// Duration is 15 minutes to 36 hours; 0 leaves it to AWS, which gives 12 hours.
	Duration  time.Duration
	Region    string // only when typed
	Partition string // where the serial does not tell
}

// Label names the source.
func (r *SessionToken) Label() string {
	if r.Serial != "" {
		return "MFA session from " + r.From.label()
	}
	return "session from " + r.From.label()
}

// KeptKeys implements [Request].
func (r *SessionToken) KeptKeys() string { return r.From.Keys }

// Runs implements [Request].
func (r *SessionToken) Runs() bool { return r.Serial != "" || r.From.runs() }

// Facts implements [Request]. They are the source and the device alone, so that
// there is one session for all that can use it.
func (r *SessionToken) Facts(ctx context.Context) (Facts, error) {
	source, err := r.From.facts(ctx)
	if err != nil {
		return nil, err
	}
	return Facts{
		"kind":       "session-token",
		"mfa serial": r.Serial,
		"source":     source,
		"endpoint":   endpointFact("STS"),
	}, nil
}

// Mint implements [Request].
func (r *SessionToken) Mint(ctx context.Context, given Given) (Minted, error) {
	cfg, err := r.From.longLived(ctx, given, r.step())
	if err != nil {
		return Minted{}, err
	}
	useRegion(&cfg, r.Region, r.partition(cfg.Region))
	limitAttempts(&cfg, given.Attempts)
	client := sts.NewFromConfig(cfg)
	out, err := withCode(ctx, given, r.Serial, func(code *string) (*sts.GetSessionTokenOutput, error) {
		return client.GetSessionToken(ctx, &sts.GetSessionTokenInput{
			DurationSeconds: secondsOrNil(r.Duration),
			SerialNumber:    stringOrNil(r.Serial),
			TokenCode:       code,
		}, onceWith(code))
	})
	if err != nil {
		return Minted{}, fail(r.step(), err)
	}
	c := out.Credentials
	if c == nil {
		c = &types.Credentials{}
	}
	lease, err := leaseOf(c.AccessKeyId, c.SecretAccessKey, c.SessionToken, c.Expiration)
	if err != nil {
		return Minted{}, &Failure{Class: ClassGarbled, Step: r.step(), Cause: err.Error(), err: err}
	}
	issued, skew := clockOf(out.ResultMetadata)
	return Minted{Credentials: lease, Issued: issued, Skew: skew}, nil
}

func (r *SessionToken) step() string { return "get a session of " + r.From.label() }

// partition is that of the device, of the role that the session is for, or of the
// region.
func (r *SessionToken) partition(region string) string {
	if parts := strings.Split(r.Serial, ":"); len(parts) > 1 {
		if _, ok := partitions[parts[1]]; ok {
			return parts[1]
		}
	}
	if r.Partition != "" {
		return r.Partition
	}
	return partitionOf(region)
}

// onceWith keeps a call with a code from being tried again: AWS may have used the
// code up and its answer been lost.
func onceWith(code *string) func(*sts.Options) {
	return func(o *sts.Options) {
		if code != nil {
			o.Retryer = aws.NopRetryer{}
		}
	}
}
