package doctor

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// theEnvironmentLetsTheProfileWin looks for variables that decide before the
// profile does.
func theEnvironmentLetsTheProfileWin(p *patient) []Finding {
	var found []Finding
	named := os.Getenv("AWS_PROFILE")
	if id := os.Getenv("AWS_ACCESS_KEY_ID"); id != "" {
		found = append(found, p.environmentKeys(id, named))
	}
	if named != "" && !p.exists(named) && p.config.trouble == "" {
		found = append(found, problem(fmt.Sprintf("AWS_PROFILE=%s names no profile of %s", named, p.config.path), "unset AWS_PROFILE"))
	}
	if other := os.Getenv("AWS_DEFAULT_PROFILE"); other != "" && other != named {
		found = append(found, warning(fmt.Sprintf("AWS_DEFAULT_PROFILE=%s is not AWS_PROFILE=%s: the AWS CLI and C++ may take either", other, named), "unset AWS_DEFAULT_PROFILE"))
	}
	if file := os.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE"); file != "" && named != "" {
		found = append(found, warning(fmt.Sprintf("AWS_WEB_IDENTITY_TOKEN_FILE=%s is used before AWS_PROFILE by Go and others", file), "unset AWS_WEB_IDENTITY_TOKEN_FILE"))
	}
	if p.NoCache != "" {
		found = append(found, warning("CREDLEASE_NO_CACHE="+p.NoCache+": AWS is asked at every run", "unset CREDLEASE_NO_CACHE"))
	}
	if len(found) == 0 {
		text := "AWS_PROFILE is not set"
		if named != "" {
			text = "AWS_PROFILE=" + named
		}
		found = append(found, ok(text+", and nothing is in its way"))
	}
	return found
}

// environmentKeys are used in place of any profile that is not named by the
// program itself; or they are the source of one.
func (p *patient) environmentKeys(id, named string) Finding {
	evidence := fmt.Sprintf("AWS_ACCESS_KEY_ID=%s is used in place of ", id)
	mend := "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"
	switch {
	case named != "":
		return problem(evidence+"AWS_PROFILE="+named+" by every SDK but JS v3 and .NET v3", mend)
	case slices.ContainsFunc(p.processes, process.usesEnvironment):
		return ok(fmt.Sprintf("AWS_ACCESS_KEY_ID=%s is the source of a profile", id))
	}
	return warning(evidence+"a profile that AWS_PROFILE names, by every SDK but JS v3 and .NET v3", mend)
}

// usesEnvironment holds for a role or session whose source is the environment's keys.
func (pr process) usesEnvironment() bool {
	if !slices.Contains(pr.words, "assume-role") && !slices.Contains(pr.words, "session-token") {
		return false
	}
	return pr.option("--credential-source") == "Environment" ||
		pr.option("--source-keys")+pr.option("--source-profile")+pr.option("--credential-source")+pr.option("--web-identity-token") == ""
}

// oldSDKsReadTheConfigFile tells what two old SDKs need.
func oldSDKsReadTheConfigFile(*patient) []Finding {
	value, set := os.LookupEnv("AWS_SDK_LOAD_CONFIG")
	const mend = "export AWS_SDK_LOAD_CONFIG=1"
	switch strings.ToLower(value) {
	case "1", "true":
		return []Finding{ok("AWS_SDK_LOAD_CONFIG=" + value)}
	case "":
		if !set || value == "" {
			return []Finding{{Verdict: OK, Evidence: "AWS_SDK_LOAD_CONFIG is not set: aws-sdk-js v2 and aws-sdk-go v1, and only they, need it to read the config file", Mend: mend}}
		}
	}
	return []Finding{warning("AWS_SDK_LOAD_CONFIG="+value+": aws-sdk-js v2 and aws-sdk-go v1 do not read the config file", mend)}
}
