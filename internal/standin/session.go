package standin

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// checkSession holds the parameters that limit a session to AssumeRole's rules.
func checkSession(account string, form url.Values) *refusal {
	if policy := form.Get("Policy"); policy != "" && !json.Valid([]byte(policy)) {
		return refuse(400, "MalformedPolicyDocument", "The policy is not in the valid JSON format.")
	}
	policies := members(form, "PolicyArns", ".arn")
	if len(policies) > 10 {
		return invalid("1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10")
	}
	for _, policy := range policies {
		if owner := strings.Split(policy+"::::", ":")[4]; owner != "aws" && owner != account {
			return invalid("Managed session policies must be in the role's account")
		}
	}
	tags := map[string]bool{}
	for _, key := range members(form, "Tags", ".Key") {
		key = strings.ToLower(key)
		if tags[key] {
			return refuse(400, "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		tags[key] = true
	}
	for _, key := range members(form, "TransitiveTagKeys", "") {
		if !tags[strings.ToLower(key)] {
			return refuse(400, "InvalidParameterValue", "The specified transitive tag key must be included in the requested tags.")
		}
	}
	return nil
}

// members returns a list of the query protocol: NAME.member.1, NAME.member.2 and
// so on.
func members(form url.Values, name, field string) []string {
	var values []string
	for i := 1; ; i++ {
		value, ok := form[fmt.Sprintf("%s.member.%d%s", name, i, field)]
		if !ok {
			return values
		}
		values = append(values, value[0])
	}
}
