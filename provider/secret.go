package provider

import (
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// A Secret is text that is printed as "[redacted]" by fmt, slog, json and
// every other encoder that asks a value for its text.
//
// The text is behind a pointer, so that even a Secret in an unexported field,
// which fmt prints by reflection without calling a method, shows an address.
type Secret struct{ text *string }

// NewSecret keeps text from being seen.
func NewSecret(text string) Secret { return Secret{&text} }

// reveal is for the encoder and for the SDK's inputs, and for nothing else.
func (s Secret) reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty reports whether there is no text to hide.
func (s Secret) Empty() bool { return s.reveal() == "" }

// Equal reports whether both hide the same text.
func (s Secret) Equal(other Secret) bool { return s.reveal() == other.reveal() }

// Mark tells the text from others without showing it: the SHA-256 of salt and
// text. Of a short text it is no secret itself.
func (s Secret) Mark(salt string) string { return digest([]byte(salt + " " + s.reveal())) }

// Tail shows the last four characters, enough to tell two long secrets apart.
func (s Secret) Tail() string {
	text := s.reveal()
	if len(text) < 16 {
		return redacted
	}
	return "…" + text[len(text)-4:]
}

// Format implements [fmt.Formatter] for every verb and flag.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalText implements [encoding.TextMarshaler], which json and slog's JSON
// handler ask.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue implements [slog.LogValuer].
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
