package provider

import (
	"context"
	"errors"
	"net/http"
	"time"

	"credlease/internal/deadline"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A Service is one that credlease asks.
type Service string

// The services that [Reach] knows.
const (
	ServiceSTS     Service = "STS"
	ServiceCognito Service = "Cognito Identity"
)

// Reached is what an answer of AWS shows, even one that refuses.
type Reached struct {
	Host string
	Skew time.Duration // AWS's clock less the local one, 0 if that is noise
	Took time.Duration
	Err  error // a *[Failure] if no answer came, or none of AWS's
}

// reachLimit is for one service, of which one attempt is made.
const reachLimit = 5 * time.Second

// Reach asks a service without credentials, in a region or else in the
// environment's. It is refused, which is an answer.
func Reach(ctx context.Context, service Service, region string) Reached {
	ctx, cancel := context.WithTimeout(ctx, reachLimit)
	defer cancel()
	began := time.Now()
	r, err := deadline.Do(ctx, func() (Reached, error) {
		var r Reached
		err := r.ask(ctx, service, region)
		return r, err
	})
	r.Took = time.Since(began)
	var answer smithy.APIError
	if err != nil && !errors.As(err, &answer) {
		r.Err = fail("reach "+string(service), err)
	}
	return r
}

func (r *Reached) ask(ctx context.Context, service Service, region string) error {
	cfg, err := loadConfig(ctx,
		config.WithCredentialsProvider(aws.AnonymousCredentials{}),
		config.WithDefaultRegion(partitions["aws"].defaultRegion),
		config.WithRetryMaxAttempts(1),
		config.WithAPIOptions([]func(*middleware.Stack) error{r.watch}))
	if err != nil {
		return err
	}
	if region != "" {
		cfg.Region = region
	}
	if service == ServiceCognito {
		_, err = cognitoidentity.NewFromConfig(cfg).ListIdentityPools(ctx, &cognitoidentity.ListIdentityPoolsInput{MaxResults: aws.Int32(1)})
		return err
	}
	_, err = sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	return err
}

// watch notes who answers, and by which clock.
func (r *Reached) watch(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("credlease reach",
		func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			if request, ok := in.Request.(*smithyhttp.Request); ok {
				r.Host = request.URL.Host
			}
			out, metadata, err := next.HandleDeserialize(ctx, in)
			if response, ok := out.RawResponse.(*smithyhttp.Response); ok && response.Response != nil {
				r.Skew = skewOf(response.Header)
			}
			return out, metadata, err
		}), middleware.Before)
}

func skewOf(header http.Header) time.Duration {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0
	}
	if skew := time.Until(date).Round(time.Second); skew.Abs() >= noise {
		return skew
	}
	return 0
}
