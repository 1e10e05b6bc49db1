package command

import (
	"context"
	"errors"
	"time"

	"credlease/internal/prompt"
	"credlease/provider"
)

// mfaFlags say which MFA device the source is to show, and who reads its code.
type mfaFlags struct {
	MFASerial  mfaSerial `name:"mfa-serial" placeholder:"SERIAL" group:"MFA:" help:"The source's MFA device (SerialNumber): its ARN, or the number on a hardware device. Its code (TokenCode) is asked for on the terminal, or in a dialog, when AWS needs one."`
	MFAProcess program   `name:"mfa-process" placeholder:"PATH" group:"MFA:" help:"Executable that prints the code, in place of asking: one absolute path without arguments."`
}

func (f *mfaFlags) codes() codeSource { return codeSource(f.MFAProcess) }

// A codeSource is the program that prints codes, or "" for a human.
type codeSource string

// ask is the answer to a question of the provider's.
func (s codeSource) ask(ctx context.Context, q provider.Question) (provider.Secret, error) {
	if s == "" {
		return askForCode(ctx, q)
	}
	if q.Before == provider.UsedBefore {
		// The device has another one then.
		if err := sleep(ctx, untilNextCode(time.Now())); err != nil {
			return provider.Secret{}, errors.New("there is no time to wait for the next code")
		}
	}
	return provider.RunForCode(ctx, string(s))
}

// lag is how far a device's clock may be behind ours: time(2), for one, is behind by
// some milliseconds, and a code asked for in those is the one that was used.
const lag = 500 * time.Millisecond

// untilNextCode counts the time steps of RFC 6238, which begin in 1970.
func untilNextCode(now time.Time) time.Duration {
	return now.Truncate(provider.CodeLifetime).Add(provider.CodeLifetime + lag).Sub(now)
}

// sleep fails at once where ctx would end it.
func sleep(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return context.DeadlineExceeded
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// askForCode asks a human, again if what he types is no code.
func askForCode(ctx context.Context, q provider.Question) (provider.Secret, error) {
	question := "MFA code of " + q.Serial
	switch q.Before {
	case provider.WrongBefore:
		question = "AWS refuses it. The next " + question
	case provider.UsedBefore:
		question = "It was used. The next " + question
	}
	for {
		text, err := prompt.Code(ctx, question)
		if err != nil {
			return provider.Secret{}, err
		}
		code, err := provider.ParseCode(text)
		if err == nil {
			return code, nil
		}
		question = "It is not six digits. MFA code of " + q.Serial
	}
}
