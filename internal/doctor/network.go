package doctor

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"credlease/provider"
)

// awsAnswersAndAgreesOnTheTime asks every service that a profile needs, without
// credentials.
func awsAnswersAndAgreesOnTheTime(p *patient) []Finding {
	type place struct {
		service provider.Service
		region  string
	}
	places := []place{}
	for _, pr := range p.processes {
		region, _ := pr.section.get("region")
		at := place{provider.ServiceSTS, region.value}
		if pool := pr.option("--identity-pool-id"); pool != "" {
			of, _, _ := strings.Cut(pool, ":")
			at = place{provider.ServiceCognito, of}
		} else if typed := pr.option("--region"); typed != "" {
			at.region = typed
		} else if at.region == "" && os.Getenv("AWS_REGION")+os.Getenv("AWS_DEFAULT_REGION") == "" {
			at.region = provider.HomeRegion(pr.setting.value)
		}
		if !slices.Contains(places, at) {
			places = append(places, at)
		}
	}
	if len(places) == 0 {
		places = append(places, place{service: provider.ServiceSTS})
	}
	var found []Finding
	var skew time.Duration
	for _, at := range places {
		if _, err := provider.ParseRegion(at.region); at.region != "" && err != nil {
			found = append(found, problem(err.Error(), ""))
			continue
		}
		r := provider.Reach(p.ctx, at.service, at.region)
		if r.Err != nil {
			found = append(found, unreached(r.Err))
			continue
		}
		skew = r.Skew
		found = append(found, ok(fmt.Sprintf("%s answers at %s in %s", at.service, r.Host, ms(r.Took))))
	}
	return append(found, examineClock(skew)...)
}

// unreached says what stands between, if a variable does.
func unreached(err error) Finding {
	evidence := err.Error()
	for _, v := range []struct {
		name  string
		blame func(value string) bool
	}{
		{"AWS_ENDPOINT_URL_STS", func(string) bool { return strings.Contains(evidence, string(provider.ServiceSTS)) }},
		{"AWS_ENDPOINT_URL_COGNITO_IDENTITY", func(string) bool { return strings.Contains(evidence, string(provider.ServiceCognito)) }},
		{"AWS_ENDPOINT_URL", func(string) bool { return true }},
		{"AWS_CA_BUNDLE", func(string) bool { return strings.Contains(evidence, "certificate") }},
		{"HTTPS_PROXY", isProxyOf(evidence)},
		{"https_proxy", isProxyOf(evidence)},
	} {
		if value := os.Getenv(v.name); value != "" && v.blame(value) {
			return problem(evidence+"; "+v.name+"="+withoutPassword(value), "unset "+v.name)
		}
	}
	return problem(evidence, "")
}

func isProxyOf(evidence string) func(string) bool {
	return func(value string) bool {
		address, err := url.Parse(value)
		return err == nil && address.Host != "" && (strings.Contains(evidence, address.Host) || strings.Contains(evidence, address.Hostname()))
	}
}

// withoutPassword keeps a proxy's from being seen.
func withoutPassword(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if at := strings.LastIndexByte(rest, '@'); ok && at >= 0 {
		return scheme + "://" + rest[at+1:]
	}
	return address
}

func examineClock(skew time.Duration) []Finding {
	behind := "behind"
	if skew < 0 {
		behind = "ahead of"
	}
	evidence := fmt.Sprintf("the clock is %s %s AWS's", skew.Abs(), behind)
	const mend = "sudo timedatectl set-ntp true"
	switch {
	case skew.Abs() >= provider.SignatureTolerance:
		return []Finding{problem(evidence+", which takes no signature that is five minutes off", mend)}
	case skew.Abs() >= time.Minute:
		return []Finding{warning(evidence, mend)}
	}
	return nil
}
