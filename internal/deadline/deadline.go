// Package deadline bounds calls that cannot be cancelled.
package deadline

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Do returns what f returns, or ctx's error if that is done first. It then
// leaves f running, and never waits for it again: the process is about to end,
// or to go on without. A panic in f is returned as an error.
func Do[T any](ctx context.Context, f func() (T, error)) (T, error) {
	done := start(f)
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// ErrSilent is returned for a call that did not return in its time, though nothing
// kept it from that.
var ErrSilent = errors.New("no answer in time")

// Patiently is Do with a limit besides, which is given again, three times at most,
// while busy says that something keeps f from returning. Without, the error is
// [ErrSilent].
func Patiently[T any](ctx context.Context, limit time.Duration, busy func() bool, f func() (T, error)) (T, error) {
	var none T
	done := start(f)
	for range 4 {
		select {
		case r := <-done:
			return r.value, r.err
		case <-ctx.Done():
			return none, ctx.Err()
		case <-time.After(limit):
			if !busy() {
				return none, ErrSilent
			}
		}
	}
	return none, context.DeadlineExceeded
}

type result[T any] struct {
	value T
	err   error
}

func start[T any](f func() (T, error)) <-chan result[T] {
	done := make(chan result[T], 1)
	go func() {
		var r result[T]
		defer func() {
			if p := recover(); p != nil {
				r.err = fmt.Errorf("panic: %v", p)
			}
			done <- r
		}()
		r.value, r.err = f()
	}()
	return done
}
