// Package trace tells what a run does, step by step: to a human who asks for it
// with --verbose, and to the file that CREDLEASE_LOG names, as lines of JSON.
package trace

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A Trace is told of each step. A nil one is told nothing: whoever would have to
// allocate to tell it asks first whether it is nil.
type Trace struct {
	began time.Time
	lines io.Writer
	file  slog.Handler
}

// New writes lines to lines and JSON to the file at path, where they are given;
// where neither is, it returns nil. Without the file it goes on, and says why in
// its error.
func New(began time.Time, lines io.Writer, path string) (*Trace, error) {
	var err error
	t := &Trace{began: began, lines: lines}
	if path != "" {
		var file *os.File
		if file, err = openFile(path); err == nil {
			t.file = slog.NewJSONHandler(file, nil).WithAttrs([]slog.Attr{slog.Int("pid", os.Getpid())})
		}
	}
	if t.lines == nil && t.file == nil {
		return nil, err
	}
	return t, err
}

// openFile appends to a file of ours that only we may read. A link is not
// followed, and a pipe not waited for, since somebody else may have planted it.
func openFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path, openFlags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open CREDLEASE_LOG: %w", err)
	}
	info, err := file.Stat()
	if err == nil && (!info.Mode().IsRegular() || !isOurs(info)) {
		err = fmt.Errorf("open CREDLEASE_LOG: %s is not a file of yours", path)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// Step tells of an event and what is to be known of it. Secrets hide themselves.
func (t *Trace) Step(event string, about ...slog.Attr) {
	if t == nil {
		return
	}
	now := time.Now()
	if t.file != nil {
		record := slog.NewRecord(now, slog.LevelInfo, event, 0)
		record.AddAttrs(about...)
		_ = t.file.Handle(context.Background(), record) // A log that is lost stops nobody.
	}
	if t.lines == nil {
		return
	}
	var line strings.Builder
	fmt.Fprintf(&line, "credlease: %5d ms  %-8s", now.Sub(t.began).Milliseconds(), event)
	for _, a := range about {
		if text := a.Value.Resolve().String(); text != "" {
			line.WriteString(" " + a.Key + "=" + quoted(text))
		}
	}
	line.WriteByte('\n')
	_, _ = io.WriteString(t.lines, line.String())
}

// quoted keeps a value of several words in one piece, and control characters from
// the terminal.
func quoted(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return r == ' ' || r == '"' || !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// Milliseconds is a time as the steps tell it.
func Milliseconds(d time.Duration) slog.Attr {
	return slog.Float64("ms", float64(d.Microseconds())/1000)
}

type contextKey struct{}

// With returns a context from which the packages below take the trace.
func (t *Trace) With(ctx context.Context) context.Context {
	if t == nil {
		return ctx
	}
	return context.WithValue(ctx, contextKey{}, t)
}

// From returns the trace of a context, or nil.
func From(ctx context.Context) *Trace {
	t, _ := ctx.Value(contextKey{}).(*Trace)
	return t
}
