// Package awsconfig writes one profile into an AWS config file, and leaves every
// other byte of it as it is.
//
// What the parsers of the SDKs agree on is what it writes, and a file that one of
// them cannot read is refused: botocore takes nothing at all from a file with one
// section twice.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
package awsconfig

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A File is the text of an AWS config or credentials file.
type File struct {
	Path     string // as it was named; Target is what it links to
	Target   string
	missing  bool
	text     []byte
	lines    []line
	sections []section
}

// A line is where one is in the text, its end included.
type line struct{ from, to int }

// A section is one header with its settings.
type section struct {
	header   string // what is between the brackets, blanks made one
	at       int    // index of the header's line
	end      int    // index after that of its last setting
	settings []setting
}

type setting struct {
	key, value string
	at         int
}

// A Setting is a line of a profile: key = value.
type Setting struct{ Key, Value string }

// A ProblemError is what keeps an SDK from reading a file.
type ProblemError struct {
	Path string
	Line int // from 1, or 0 for the whole file
	What string
}

func (e *ProblemError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("read %s: %s", e.Path, e.What)
	}
	return fmt.Sprintf("read %s: line %d: %s", e.Path, e.Line, e.What)
}

// ExistsError is returned for a profile that is there already.
type ExistsError struct {
	Path string
	Line int
	Name string
}

func (e *ExistsError) Error() string {
	return fmt.Sprintf("write profile %s: %s has it already, in line %d", e.Name, e.Path, e.Line)
}

// ParseName checks the name of a profile: the characters that every SDK takes
// without quotes.
func ParseName(text string) (string, error) {
	if text == "" || text[0] == '-' || strings.ContainsFunc(text, func(r rune) bool { return !isPlain(r) && !strings.ContainsRune("%+-", r) }) {
		return "", fmt.Errorf("profile name %q is not one that every SDK takes; use letters, digits and _ . / : @ %% + -", text)
	}
	return text, nil
}

func isPlain(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_./:@", r)
}

// Header is that of a profile in the config file. The default one may have either
// of two; PHP alone wants [profile default].
func (f *File) Header(name string) string {
	if name == "default" && f.section("profile default") == nil {
		return "[default]"
	}
	return "[profile " + name + "]"
}

// parse divides the text. It takes what botocore's parser takes, which is the
// strictest, and says what is wrong with anything else.
func (f *File) parse() error {
	if err := f.checkText(); err != nil {
		return err
	}
	f.divide()
	var in *section
	indent := -1 // of the setting that a line further in goes on with
	for i, l := range f.lines {
		raw := string(bytes.TrimRight(f.text[l.from:l.to], "\r\n"))
		text := strings.TrimSpace(raw)
		depth := len(raw) - len(strings.TrimLeft(raw, " \t"))
		switch {
		case text == "" || text[0] == '#' || text[0] == ';':
		case indent >= 0 && depth > indent && text[0] != '[':
			in.end = i + 1
		case text[0] == '[':
			name, ok := headerOf(text)
			if !ok || depth > 0 {
				return f.problem(i, "it is no section header that every SDK reads; write it like [profile name], at the line's beginning")
			}
			if first := f.section(name); first != nil {
				return f.problem(i, fmt.Sprintf("section [%s] is there twice, first in line %d, and the AWS CLI then reads nothing of the file; make one of the two", name, first.at+1))
			}
			f.sections = append(f.sections, section{header: name, at: i, end: i + 1})
			in, indent = &f.sections[len(f.sections)-1], -1
		default:
			s, ok := settingOf(text)
			switch {
			case !ok:
				return f.problem(i, "it is no section, no setting and no comment, and the AWS CLI then reads nothing of the file; remove it, or put a # before it")
			case in == nil:
				return f.problem(i, "a setting stands before the first section; put it under one")
			case in.find(s.key) != nil:
				return f.problem(i, fmt.Sprintf("%s is there twice in [%s], and the AWS CLI then reads nothing of the file; remove one of the two", s.key, in.header))
			}
			s.at = i
			in.settings = append(in.settings, s)
			in.end, indent = i+1, depth
		}
	}
	return nil
}

func (f *File) problem(at int, what string) error {
	return &ProblemError{Path: f.Path, Line: at + 1, What: what}
}

func (f *File) checkText() error {
	switch {
	case bytes.HasPrefix(f.text, []byte("\xef\xbb\xbf")):
		return &ProblemError{Path: f.Path, What: "it begins with a byte order mark, with which the AWS CLI and others cannot read it; save it as UTF-8 without one"}
	case bytes.IndexByte(f.text, 0) >= 0:
		return &ProblemError{Path: f.Path, What: "it is no text: there is a zero byte in it; name the AWS config file"}
	case !utf8.Valid(f.text):
		return &ProblemError{Path: f.Path, What: "it is not UTF-8; save it as UTF-8"}
	}
	if i := bytes.IndexByte(bytes.ReplaceAll(f.text, []byte("\r\n"), []byte("\n\n")), '\r'); i >= 0 {
		return f.problem(bytes.Count(f.text[:i], []byte("\n")), "it has a carriage return that ends no line; save the file with line ends of one kind")
	}
	return nil
}

func (f *File) divide() {
	for from := 0; from < len(f.text); {
		to := len(f.text)
		if i := bytes.IndexByte(f.text[from:], '\n'); i >= 0 {
			to = from + i + 1
		}
		f.lines = append(f.lines, line{from, to})
		from = to
	}
}

// headerOf returns what is between the brackets of a section header, which a
// comment may follow.
func headerOf(text string) (string, bool) {
	name, after, ok := strings.Cut(text[1:], "]")
	after = strings.TrimSpace(after)
	if !ok || after != "" && after[0] != '#' && after[0] != ';' {
		return "", false
	}
	fields := strings.Fields(name)
	// A quoted name is the name without its quotes.
	if len(fields) == 2 && len(fields[1]) > 2 && (fields[1][0] == '"' || fields[1][0] == '\'') && fields[1][len(fields[1])-1] == fields[1][0] {
		fields[1] = fields[1][1 : len(fields[1])-1]
	}
	return strings.Join(fields, " "), len(fields) > 0
}

func settingOf(text string) (setting, bool) {
	i := strings.IndexAny(text, "=:")
	if i <= 0 {
		return setting{}, false
	}
	return setting{key: strings.ToLower(strings.TrimSpace(text[:i])), value: strings.TrimSpace(text[i+1:])}, true
}

func (f *File) section(header string) *section {
	if i := slices.IndexFunc(f.sections, func(s section) bool { return s.header == header }); i >= 0 {
		return &f.sections[i]
	}
	return nil
}

func (s *section) find(key string) *setting {
	if i := slices.IndexFunc(s.settings, func(s setting) bool { return s.key == key }); i >= 0 {
		return &s.settings[i]
	}
	return nil
}

// profile finds a profile of the config file by its name.
func (f *File) profile(name string) *section {
	if s := f.section("profile " + name); s != nil || name != "default" {
		return s
	}
	return f.section("default")
}

// Profile returns the settings of a profile of the config file, and whether it
// is there.
func (f *File) Profile(name string) (map[string]string, bool) { return f.profile(name).all() }

// Exists returns the error that says where a profile is already.
func (f *File) Exists(name string) *ExistsError {
	return &ExistsError{Path: f.Path, Line: f.profile(name).at + 1, Name: name}
}

// Credentials returns the settings of a profile of the credentials file, whose
// sections are the names alone.
func (f *File) Credentials(name string) (map[string]string, bool) { return f.section(name).all() }

func (s *section) all() (map[string]string, bool) {
	all := map[string]string{}
	if s == nil {
		return all, false
	}
	for _, s := range s.settings {
		all[s.key] = s.value
	}
	return all, true
}

// Names returns the names of the profiles of a config file, in its order.
func (f *File) Names() []string {
	var names []string
	for _, s := range f.sections {
		if name, ok := strings.CutPrefix(s.header, "profile "); ok || s.header == "default" {
			names = append(names, name)
		}
	}
	return names
}

// CredentialNames returns the names of the profiles of a credentials file.
func (f *File) CredentialNames() []string {
	var names []string
	for _, s := range f.sections {
		names = append(names, s.header)
	}
	return names
}

// Replaces reports whether a setting goes when its profile is replaced: it decides
// which credentials the profile has, or is one of those that are written.
func Replaces(key string) bool {
	return strings.HasPrefix(key, "sso_") || slices.Contains(replaced, key)
}

// replaced are, but for those of IAM Identity Center, the settings that the SDKs
// take credentials by.
// https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
var replaced = []string{
	"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_account_id",
	"role_arn", "source_profile", "credential_source", "web_identity_token_file",
	"role_session_name", "duration_seconds", "external_id", "mfa_serial",
	"login_session", "credential_process", "region", "output",
}

// With returns the text with a profile of these settings in it: at the end, or
// in the place of the one of that name. Of that one, the header, comments and
// what does not go stay.
func (f *File) With(name string, settings []Setting) []byte {
	end := f.lineEnd()
	var body bytes.Buffer
	for _, s := range settings {
		body.WriteString(s.Key + " = " + s.Value + end)
	}
	if old := f.profile(name); old != nil {
		return f.replace(old, body.Bytes(), end)
	}
	text := bytes.Clone(f.text)
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, end...)
	}
	if len(text) > 0 && len(bytes.TrimSpace(f.text[f.lines[len(f.lines)-1].from:])) > 0 {
		text = append(text, end...)
	}
	text = append(text, f.Header(name)+end...)
	return append(text, body.Bytes()...)
}

func (f *File) replace(old *section, body []byte, end string) []byte {
	var kept []byte
	header := f.lines[old.at]
	text := bytes.Clone(f.text[:header.to])
	if text[len(text)-1] != '\n' {
		text = append(text, end...)
	}
	goes := false
	for i := old.at + 1; i < old.end; i++ {
		if at := slices.IndexFunc(old.settings, func(s setting) bool { return s.at == i }); at >= 0 {
			goes = Replaces(old.settings[at].key)
		}
		line := f.text[f.lines[i].from:f.lines[i].to]
		if text := bytes.TrimSpace(line); !goes || len(text) > 0 && (text[0] == '#' || text[0] == ';') {
			kept = append(kept, line...)
		}
	}
	if len(kept) > 0 && kept[len(kept)-1] != '\n' {
		kept = append(kept, end...)
	}
	// What stays may be indented, and would go on with a setting before it that
	// is not.
	text = slices.Concat(text, kept, body)
	return append(text, f.text[f.lines[old.end-1].to:]...)
}

// lineEnd is that of the text's last line that has one.
func (f *File) lineEnd() string {
	if i := bytes.LastIndexByte(f.text, '\n'); i > 0 && f.text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
