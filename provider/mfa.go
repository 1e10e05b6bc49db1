package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
)

// MFA says how a source shows an MFA device. It never decides which credentials
// come back, only whether they do.
type MFA struct {
	Serial string // of the device, or "" for none
	// SessionDuration is that of the session which a code buys, see [SessionToken].
	SessionDuration time.Duration
	// NoSession sends each role's request a code of its own.
	NoSession bool
}

// A Question asks for the code that an MFA device shows.
type Question struct {
	Serial string
	Before Before
}

// Before says why the code of a moment ago did not do.
type Before string

// What can have become of the code before.
const (
	NoneBefore  Before = ""
	WrongBefore Before = "wrong" // AWS refused it
	UsedBefore  Before = "used"  // it was sent already, and AWS takes none twice
)

// ParseSerial checks the SerialNumber of an MFA device: its ARN, or the number on
// the back of a hardware device.
func ParseSerial(text string) (string, error) {
	allowed := func(r rune) bool { return isNameRune(r) || r == ':' || r == '/' }
	if len(text) < 9 || len(text) > 256 || strings.ContainsFunc(text, func(r rune) bool { return !allowed(r) }) {
		return "", fmt.Errorf("MFA serial %q is malformed; it looks like arn:aws:iam::111122223333:mfa/NAME or GAHT12345678", shorten(text))
	}
	return text, nil
}

// ErrNotACode is returned for what no MFA device shows. It does not quote it.
var ErrNotACode = errors.New("an MFA code is six digits")

// ParseCode reads a code.
func ParseCode(text string) (Secret, error) {
	text = strings.TrimSpace(text)
	if len(text) != 6 || strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		return Secret{}, ErrNotACode
	}
	return NewSecret(text), nil
}

// CodeLifetime is the time in which a device shows one code, and AWS takes it once
// (RFC 6238).
const CodeLifetime = 30 * time.Second

// RunForCode runs one executable without arguments that prints a code.
func RunForCode(ctx context.Context, path string) (Secret, error) {
	text, err := runTokenProgram(ctx, path)
	if err != nil {
		return Secret{}, fmt.Errorf("run %s: %w", path, err)
	}
	code, err := ParseCode(text)
	if err != nil {
		return Secret{}, fmt.Errorf("run %s: it printed no code: %w", path, err)
	}
	return code, nil
}

// code asks whoever is there to be asked.
func (g Given) code(ctx context.Context, q Question) (Secret, error) {
	if g.Code == nil {
		return Secret{}, &Failure{Class: ClassPrompt, Step: q.step(), Cause: "there is nobody to ask"}
	}
	// One of a profile is not checked yet, and becomes a part of a dialog's command.
	if _, err := ParseSerial(q.Serial); err != nil {
		return Secret{}, &Failure{Class: ClassRejected, Step: "ask for an MFA code", Cause: oneLine(err.Error()), err: err}
	}
	code, err := g.Code(ctx, q)
	var known *Failure
	if err != nil && !errors.As(err, &known) {
		err = &Failure{Class: ClassPrompt, Step: q.step(), Cause: oneLine(err.Error()), err: err}
	}
	return code, err
}

func (q Question) step() string { return "ask for the MFA code of " + q.Serial }

// withCode sends a request with a code of a device, if it has any, and once more
// with another when AWS takes the first for wrong.
func withCode[T any](ctx context.Context, given Given, serial string, send func(code *string) (T, error)) (T, error) {
	if serial == "" {
		return send(nil)
	}
	before := NoneBefore
	for {
		var none T
		code, err := given.code(ctx, Question{serial, before})
		if err != nil {
			return none, err
		}
		got, err := send(aws.String(code.reveal()))
		if before == WrongBefore || !isWrongCode(err) {
			return got, err
		}
		before = WrongBefore
	}
}

// wrongCode is in what STS says of a code that is wrong, old or used. Of a device
// that is not the user's it says something else, and no other code would help.
const wrongCode = "MultiFactorAuthentication failed with invalid MFA one time pass code"

func isWrongCode(err error) bool {
	var answer smithy.APIError
	return errors.As(err, &answer) && strings.Contains(answer.ErrorMessage(), wrongCode)
}
