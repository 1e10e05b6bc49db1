package provider

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Tag is a session tag.
type Tag struct{ Key, Value string }

// ParseTag reads KEY=VALUE. The limits are those of the STS API's Tag.
func ParseTag(text string) (Tag, error) {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return Tag{}, fmt.Errorf("tag %q is not KEY=VALUE", shorten(text))
	}
	key, err := ParseTagKey(name)
	if err != nil {
		return Tag{}, err
	}
	if utf8.RuneCountInString(value) > 256 || strings.ContainsFunc(value, func(r rune) bool { return !isTagRune(r) }) {
		return Tag{}, fmt.Errorf("value of tag %s is not 0 to 256 letters, digits, spaces and _ . : / = + - @", key)
	}
	return Tag{key, value}, nil
}

// ParseTagKey checks the key of a session tag. AWS keeps those that begin with
// aws: for itself.
func ParseTagKey(text string) (string, error) {
	n := utf8.RuneCountInString(text)
	switch {
	case n < 1 || n > 128 || strings.ContainsFunc(text, func(r rune) bool { return !isTagRune(r) }):
		return "", fmt.Errorf("tag key %q is not 1 to 128 letters, digits, spaces and _ . : / = + - @", shorten(text))
	case len(text) >= 4 && strings.EqualFold(text[:4], "aws:"):
		return "", fmt.Errorf("tag key %q begins with aws:, which AWS keeps for itself", shorten(text))
	}
	return text, nil
}

// isTagRune holds for [\p{L}\p{Z}\p{N}_.:/=+\-@], the pattern of the API.
func isTagRune(r rune) bool {
	return unicode.In(r, unicode.L, unicode.Z, unicode.N) || strings.ContainsRune("_.:/=+-@", r)
}

// CheckTags holds session tags to AssumeRole's Tags and TransitiveTagKeys: at
// most 50 of each, no two keys that differ only in case, and none transitive that
// is not among the tags.
func CheckTags(tags []Tag, transitive []string) error {
	if len(tags) > 50 || len(transitive) > 50 {
		return errors.New("a session may have 50 tags")
	}
	seen := map[string]bool{}
	for _, tag := range tags {
		key := strings.ToLower(tag.Key)
		if seen[key] {
			return fmt.Errorf("two tags with the key %s, which AWS reads in any case", tag.Key)
		}
		seen[key] = true
	}
	for _, key := range transitive {
		if !seen[strings.ToLower(key)] {
			return fmt.Errorf("transitive tag key %s is not among the tags", shorten(key))
		}
	}
	return nil
}
