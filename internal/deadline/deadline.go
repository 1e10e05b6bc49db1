// Package deadline bounds calls that cannot be cancelled.
package deadline

import (
	"context"
	"fmt"
)

// Do returns what f returns, or ctx's error if that is done first. It then
// leaves f running, and never waits for it again: the process is about to end,
// or to go on without. A panic in f is returned as an error.
func Do[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r.err = fmt.Errorf("panic: %v", p)
			}
			done <- r
		}()
		r.value, r.err = f()
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
