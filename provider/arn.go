package provider

import (
	"errors"
	"fmt"
	"strings"
)

// A RoleARN is the Amazon Resource Name of an IAM role.
type RoleARN struct {
	Partition string
	AccountID string
	Name      string // the last part of the path
	text      string
}

func (a RoleARN) String() string { return a.text }

// ParseRoleARN reads arn:PARTITION:iam::ACCOUNT:role/PATH/NAME. The limits are
// those of AssumeRole's RoleArn and of IAM's names.
func ParseRoleARN(text string) (RoleARN, error) {
	refuse := func(why string) (RoleARN, error) {
		return RoleARN{}, fmt.Errorf("role ARN %q %s; it looks like arn:aws:iam::111122223333:role/NAME", shorten(text), why)
	}
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return refuse("is malformed")
	}
	partition, service, region, account, resource := parts[1], parts[2], parts[3], parts[4], parts[5]
	if _, ok := partitions[partition]; !ok {
		return refuse(fmt.Sprintf("names the unknown partition %q", partition))
	}
	if service != "iam" || region != "" {
		return refuse("is not an IAM one")
	}
	if !isAccountID(account) {
		return refuse("has no 12-digit account id")
	}
	path, ok := strings.CutPrefix(resource, "role/")
	if !ok {
		return refuse("names no role")
	}
	name := path[strings.LastIndexByte(path, '/')+1:]
	if name == "" || len(name) > 64 || len(text) > 2048 {
		return refuse("has a name that is empty or too long")
	}
	if strings.ContainsFunc(path, func(r rune) bool { return r < '!' || r > '~' }) ||
		strings.ContainsFunc(name, func(r rune) bool { return !isNameRune(r) }) {
		return refuse("has a character that no role name has")
	}
	return RoleARN{Partition: partition, AccountID: account, Name: name, text: text}, nil
}

// ParseAccountID reads the 12 digits of an AWS account.
func ParseAccountID(text string) (string, error) {
	if !isAccountID(text) {
		return "", fmt.Errorf("account id %q is not 12 digits", shorten(text))
	}
	return text, nil
}

// sessionAccountID returns the account of an assumed-role session's ARN, as in
// arn:aws:sts::111122223333:assumed-role/NAME/SESSION, or nothing.
func sessionAccountID(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 && parts[2] == "sts" && strings.HasPrefix(parts[5], "assumed-role/") && isAccountID(parts[4]) {
		return parts[4]
	}
	return ""
}

// ParseSessionName checks AssumeRole's RoleSessionName.
func ParseSessionName(text string) (string, error) {
	if len(text) < 2 || len(text) > 64 || strings.ContainsFunc(text, func(r rune) bool { return !isNameRune(r) }) {
		return "", fmt.Errorf("role session name %q is not 2 to 64 of a-z A-Z 0-9 _ + = , . @ -", shorten(text))
	}
	return text, nil
}

// SessionName turns a login name into a RoleSessionName that STS takes.
func SessionName(login string) string {
	name := strings.Map(func(r rune) rune {
		if isNameRune(r) {
			return r
		}
		return '-'
	}, "credlease-"+login)
	return name[:min(len(name), 64)]
}

// ParseExternalID checks AssumeRole's ExternalId, without showing it.
func ParseExternalID(text string) (string, error) {
	allowed := func(r rune) bool { return isNameRune(r) || r == ':' || r == '/' }
	if len(text) < 2 || len(text) > 1224 || strings.ContainsFunc(text, func(r rune) bool { return !allowed(r) }) {
		return "", errors.New("external id is not 2 to 1,224 of a-z A-Z 0-9 _ + = , . @ : / -")
	}
	return text, nil
}

// ParseSourceIdentity checks AssumeRole's SourceIdentity. What AWS keeps for
// itself begins with aws:, and a colon is none of the characters.
func ParseSourceIdentity(text string) (string, error) {
	if len(text) < 2 || len(text) > 64 || strings.ContainsFunc(text, func(r rune) bool { return !isNameRune(r) }) {
		return "", fmt.Errorf("source identity %q is not 2 to 64 of a-z A-Z 0-9 _ + = , . @ -", shorten(text))
	}
	return text, nil
}

// ParseProviderID checks AssumeRoleWithWebIdentity's ProviderId: a host, without
// a scheme or a port.
func ParseProviderID(text string) (string, error) {
	isHost := func(r rune) bool { return isNameRune(r) && !strings.ContainsRune("_+=,@", r) }
	if len(text) < 4 || len(text) > 2048 || strings.ContainsFunc(text, func(r rune) bool { return !isHost(r) }) {
		return "", fmt.Errorf("provider id %q is not a host such as www.amazon.com or graph.facebook.com", shorten(text))
	}
	return text, nil
}

// isNameRune holds for [\w+=,.@-], which IAM and STS allow in names.
func isNameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_+=,.@-", r)
}

func isAccountID(text string) bool {
	return len(text) == 12 && !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}

// shorten keeps a mistyped value from filling the one line an error has.
func shorten(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}

// ParseRegion reads a region, which becomes a part of a host name.
func ParseRegion(text string) (string, error) {
	if !isRegion(text) {
		return "", fmt.Errorf("region %q is malformed; it looks like eu-west-1", shorten(text))
	}
	return text, nil
}
