package cache

import (
	"log/slog"
	"time"

	"credlease/internal/trace"
	"credlease/provider"
)

// events are the steps of answering a request that a trace is told of. Without a
// trace they do nothing, and what they are given is at hand anyway: a hit does not
// pay for them.
type events struct{ *trace.Trace }

// now is for the steps that take time.
func (e events) now() time.Time {
	if e.Trace == nil {
		return time.Time{}
	}
	return time.Now()
}

func (e events) began(request provider.Request, key provider.Key) {
	if e.Trace != nil {
		e.Step("request", slog.String("for", request.Label()), slog.String("key", string(key)), slog.String("caller", caller()))
	}
}

// asked is for every call of a keyring.
func (e events) asked(s *store, what string, err error, began time.Time) {
	if e.Trace != nil {
		e.Step("keyring", slog.String("store", s.Name), slog.String("call", what), slog.String("result", resultOf(err)), trace.Milliseconds(time.Since(began)))
	}
}

func (e events) looked(s *store, l Lease, err error, margin time.Duration) {
	if e.Trace == nil {
		return
	}
	result, why := "hit", ""
	now := time.Now()
	switch {
	case err != nil:
		result, why = "miss", err.Error()
	case l.Remaining(now) <= 0:
		result, why = "miss", "it is over"
	case !l.fresh(now, margin):
		result, why = "due", "less than "+margin.String()+" is left"
	}
	e.Step("look", slog.String("store", s.Name), slog.String("result", result), slog.String("why", why), e.left(l))
}

func (e events) left(l Lease) slog.Attr {
	if l.Key == "" {
		return slog.String("left", "")
	}
	return slog.String("left", l.Remaining(time.Now()).Round(time.Second).String())
}

func (e events) recalled(failure error) {
	if e.Trace != nil {
		e.Step("recall", slog.String("failure", failure.Error()))
	}
}

func (e events) locked(held *lock) {
	if e.Trace != nil {
		e.Step("lock", slog.String("result", "ours"), slog.String("why", held.warning))
	}
}

func (e events) waited(err error, began time.Time) {
	if e.Trace != nil {
		e.Step("wait", slog.String("result", resultOf(err)), trace.Milliseconds(time.Since(began)))
	}
}

func (e events) unlocked(err error, began time.Time) {
	if e.Trace != nil {
		e.Step("unlock", slog.String("result", resultOf(err)), trace.Milliseconds(time.Since(began)))
	}
}

func resultOf(err error) string {
	if err != nil {
		return err.Error()
	}
	return "ok"
}

func (e events) minted(l Lease, began time.Time) {
	if e.Trace != nil {
		e.Step("mint", slog.String("access-key", l.Credentials.AccessKeyID), e.left(l),
			slog.String("skew", l.Skew.String()), trace.Milliseconds(time.Since(began)))
	}
}

func (e events) kept(l Lease, began time.Time) {
	if e.Trace != nil {
		e.Step("keep", slog.String("store", l.Store), trace.Milliseconds(time.Since(began)))
	}
}

func (e events) answered(l Lease) {
	if e.Trace != nil {
		e.Step("answer", slog.String("access-key", l.Credentials.AccessKeyID), e.left(l), slog.String("store", l.Store))
	}
}

func (e events) failed(err error) {
	if e.Trace != nil {
		e.Step("fail", slog.String("why", err.Error()))
	}
}

func (e events) warned(text string) {
	if e.Trace != nil {
		e.Step("warn", slog.String("why", text))
	}
}
