package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
)

// A Policy is an inline session policy that is in a file. It is read once, so
// that the key of a request is that of the policy which is sent.
type Policy struct {
	path string
	read func() (string, error)
}

// maxPolicyLength is the number of characters of AssumeRole's Policy.
const maxPolicyLength = 2048

// NewPolicy names the file. It is read when it is needed.
func NewPolicy(path string) *Policy {
	return &Policy{path, sync.OnceValues(func() (string, error) { return readPolicy(path) })}
}

// text returns the policy as it is in the file, or nothing if there is none. The
// error is a *[Failure].
func (p *Policy) text() (string, error) {
	if p == nil {
		return "", nil
	}
	text, err := p.read()
	if err != nil {
		return "", &Failure{Class: ClassPolicy, Step: "read policy " + p.path, Cause: oneLine(err.Error()), err: err}
	}
	return text, nil
}

func readPolicy(path string) (string, error) {
	text, err := readFile(path, 4*maxPolicyLength)
	if err != nil {
		return "", err
	}
	return text, checkPolicy([]byte(text))
}

// checkPolicy holds a policy to AssumeRole's Policy: JSON of at most 2,048
// characters, each a tab, a line's end, or of U+0020 to U+00FF.
func checkPolicy(data []byte) error {
	allowed := func(r rune) bool { return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r <= 'ÿ' }
	switch {
	case len(data) == 0:
		return errors.New("there is nothing in it")
	case utf8.RuneCount(data) > maxPolicyLength:
		return errors.New("it is over the 2,048 characters that a session policy may have")
	case !utf8.Valid(data) || strings.ContainsFunc(string(data), func(r rune) bool { return !allowed(r) }):
		return errors.New("it has a character above U+00FF, or is not UTF-8")
	}
	var object map[string]any
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&object); err != nil || !json.Valid(data) {
		return errors.New("it is no JSON object, as a policy is")
	}
	return nil
}

// A PolicyARN is the Amazon Resource Name of a managed policy.
type PolicyARN struct {
	Partition string
	AccountID string // "aws" for those that AWS manages
	text      string
}

func (a PolicyARN) String() string { return a.text }

// ParsePolicyARN reads arn:PARTITION:iam::ACCOUNT:policy/PATH/NAME. The limits
// are those of PolicyDescriptorType and of IAM's names.
func ParsePolicyARN(text string) (PolicyARN, error) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" || parts[3] != "" || len(text) > 2048 ||
		parts[4] != "aws" && !isAccountID(parts[4]) || !isPolicyName(parts[5]) {
		return PolicyARN{}, fmt.Errorf("policy ARN %q is malformed; it looks like arn:aws:iam::aws:policy/ReadOnlyAccess", shorten(text))
	}
	if _, ok := partitions[parts[1]]; !ok {
		return PolicyARN{}, fmt.Errorf("policy ARN %q names the unknown partition %q", shorten(text), parts[1])
	}
	return PolicyARN{Partition: parts[1], AccountID: parts[4], text: text}, nil
}

func isPolicyName(resource string) bool {
	path, ok := strings.CutPrefix(resource, "policy/")
	name := path[strings.LastIndexByte(path, '/')+1:]
	return ok && name != "" && len(name) <= 128 &&
		!strings.ContainsFunc(path, func(r rune) bool { return r < '!' || r > '~' }) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !isNameRune(r) })
}

// CheckPolicyARNs holds managed session policies to AssumeRole's PolicyArns: at
// most 10, all of the role's own account or AWS's.
func CheckPolicyARNs(role RoleARN, policies []PolicyARN) error {
	if len(policies) > 10 {
		return fmt.Errorf("%d policy ARNs, and a session may have 10", len(policies))
	}
	for _, p := range policies {
		if p.Partition != role.Partition || p.AccountID != "aws" && p.AccountID != role.AccountID {
			return fmt.Errorf("policy %s is not of the role's account %s", p, role.AccountID)
		}
	}
	return nil
}
