package cache

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"credlease/provider"
)

// A device is an MFA device as one mint sees it: while it is asked for its code,
// and until AWS has answered, no other process of the user asks for one.
type device struct {
	cache  *Cache
	serial string
	held   *lock
}

// forAWS is what asking for a code leaves of a mint's time.
const forAWS = 4 * time.Second

// maxCodes is how many codes that were sent already a human or a program may give
// in a row.
const maxCodes = 3

// code asks for a code that this machine has not sent.
func (d *device) code(ctx context.Context, q provider.Question) (provider.Secret, error) {
	if d.cache.Code == nil {
		return provider.Secret{}, errors.New("there is nobody to ask")
	}
	if err := d.hold(ctx, q.Serial); err != nil {
		return provider.Secret{}, err
	}
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-forAWS))
		defer cancel()
	}
	for range maxCodes {
		code, err := d.cache.Code(ctx, q)
		if err != nil {
			return provider.Secret{}, err
		}
		if !d.held.usedCode(code) {
			d.held.noteCode(code)
			return code, nil
		}
		q.Before = provider.UsedBefore
	}
	return provider.Secret{}, errors.New("it gave a code that was used already")
}

// hold takes the lock of a device, as soon as nobody else has it.
func (d *device) hold(ctx context.Context, serial string) error {
	if d.held != nil && d.serial == serial {
		return nil
	}
	d.release()
	key, err := provider.NewKey(provider.Facts{"kind": "mfa-device", "serial": serial})
	if err != nil {
		return err
	}
	for d.held == nil {
		held, err := d.cache.runtime.acquire(key)
		if err == nil {
			d.held, d.serial = held, serial
			break
		}
		if !errors.Is(err, errHeldElsewhere) {
			return err
		}
		if err := d.cache.runtime.wait(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

func (d *device) release() {
	if d.held != nil {
		d.held.release()
		d.held = nil
	}
}

// usedCode reports whether this machine has sent the code in its 30 seconds.
func (l *lock) usedCode(code provider.Secret) bool {
	m := readMemo(l.memo)
	age := time.Since(m.CodeSent)
	return age >= 0 && age < provider.CodeLifetime && m.Code == code.Mark(m.CodeSalt)
}

// noteCode is called before a code is sent, and notes what tells it from others.
func (l *lock) noteCode(code provider.Secret) {
	l.updateMemo(func(m *memo) {
		m.CodeSalt, m.CodeSent = rand.Text(), time.Now()
		m.Code = code.Mark(m.CodeSalt)
	})
}
