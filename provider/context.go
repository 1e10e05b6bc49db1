package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// A ProvidedContext is an assertion about the user that a context provider has
// signed, such as IAM Identity Center.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_ProvidedContext.html
type ProvidedContext struct {
	Provider  string // its ARN
	Assertion Token
}

// ParseProvidedContext reads PROVIDER-ARN=TOKEN.
func ParseProvidedContext(text string) (ProvidedContext, error) {
	arn, reference, ok := strings.Cut(text, "=")
	if !ok || !strings.HasPrefix(arn, "arn:") || len(arn) < 20 || len(arn) > 2048 {
		return ProvidedContext{}, errors.New("provided context is not ARN=TOKEN; it looks like arn:aws:iam::aws:contextProvider/IdentityCenter=file:PATH")
	}
	assertion, err := ParseToken(reference)
	if err != nil {
		return ProvidedContext{}, fmt.Errorf("provided context %s: %w", shorten(arn), err)
	}
	return ProvidedContext{arn, assertion}, nil
}

// CheckProvidedContexts holds contexts to AssumeRole's ProvidedContexts: at most
// 5, and one of each provider.
func CheckProvidedContexts(contexts []ProvidedContext) error {
	if len(contexts) > 5 {
		return fmt.Errorf("%d, and a session may have 5", len(contexts))
	}
	seen := map[string]bool{}
	for _, c := range contexts {
		if seen[c.Provider] {
			return fmt.Errorf("two of %s", shorten(c.Provider))
		}
		seen[c.Provider] = true
	}
	return nil
}

// contextFacts are a set: the order does not matter to AWS.
func contextFacts(ctx context.Context, contexts []ProvidedContext) (map[string]any, error) {
	facts := map[string]any{}
	for _, c := range contexts {
		assertion, err := c.Assertion.facts(ctx)
		if err != nil {
			return nil, err
		}
		facts[c.Provider] = assertion
	}
	return facts, nil
}

// readContexts returns the parameter, and the assertions that no text may show.
func readContexts(ctx context.Context, contexts []ProvidedContext) ([]types.ProvidedContext, []Secret, error) {
	var parameter []types.ProvidedContext
	var secrets []Secret
	for _, c := range contexts {
		assertion, err := c.Assertion.read(ctx)
		if err != nil {
			return nil, nil, err
		}
		secrets = append(secrets, assertion)
		parameter = append(parameter, types.ProvidedContext{ProviderArn: aws.String(c.Provider), ContextAssertion: aws.String(assertion.reveal())})
	}
	return parameter, secrets, nil
}
