package doctor

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"credlease/provider"
)

// A file is an AWS config or credentials file line by line, with all that an SDK
// may stumble over still in it.
type file struct {
	path     string
	isConfig bool // its sections are [profile NAME]
	size     int64
	missing  bool
	trouble  string // why it cannot be read
	bom      bool
	notUTF8  int // the first line that is not, or 0
	strays   []stray
	sections []section
}

// A section is from its header to the next one's.
type section struct {
	header   string // between the brackets
	kind     string // profile, sso-session or services; "" for what is none of them
	name     string
	line     int
	end      int // its last line
	settings []setting
}

// A setting is a key and its value, which ends where its line does.
type setting struct {
	key, value string
	line       int
}

// A stray is a line that is no setting of its own.
type stray struct {
	line    int
	text    string
	setting bool // it looks like one, and is indented
	atValue int  // the line of the setting that it continues, if it does
}

// mostRead is what is read of a file, in bytes. No config file is that large.
const mostRead = 16 << 20

func readConfigFile() *file      { return readFile(provider.ConfigFile(), true) }
func readCredentialsFile() *file { return readFile(provider.CredentialsFile(), false) }

func readFile(path string, isConfig bool) *file {
	f := &file{path: path, isConfig: isConfig}
	data, err := f.read()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.missing = true
	case err != nil:
		f.trouble = causeOf(err)
	case bytes.IndexByte(data, 0) >= 0:
		f.trouble = "it is no text"
	default:
		data, f.bom = bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
		f.parse(string(data))
	}
	return f
}

func (f *file) read() ([]byte, error) {
	info, err := os.Stat(f.path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("it is a directory")
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no regular file")
	}
	f.size = info.Size()
	if f.size > mostRead {
		return nil, fmt.Errorf("it has %d MB", f.size>>20)
	}
	file, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, mostRead))
}

func causeOf(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}

func (f *file) parse(text string) {
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if f.notUTF8 == 0 && !utf8.ValidString(line) {
			f.notUTF8 = i + 1
		}
		f.parseLine(i+1, line)
	}
}

func (f *file) parseLine(n int, line string) {
	trimmed := strings.TrimSpace(line)
	indented := trimmed != "" && strings.ContainsAny(line[:1], " \t")
	switch {
	case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		return
	case trimmed[0] == '[' && !indented:
		f.sections = append(f.sections, f.parseHeader(n, trimmed))
		return
	}
	if len(f.sections) == 0 {
		f.strays = append(f.strays, stray{line: n, text: trimmed})
		return
	}
	s := &f.sections[len(f.sections)-1]
	s.end = n
	key, value, isSetting := strings.Cut(trimmed, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	last := len(s.settings) - 1
	switch {
	case indented && last >= 0 && s.settings[last].value == "":
		// A nested block, such as that of s3, or of a service.
	case indented && last >= 0:
		f.strays = append(f.strays, stray{line: n, text: trimmed, setting: isSetting, atValue: s.settings[last].line})
	case indented:
		f.strays = append(f.strays, stray{line: n, text: trimmed, setting: isSetting})
	case !isSetting:
		f.strays = append(f.strays, stray{line: n, text: trimmed})
	}
	if isSetting && (!indented || last < 0 || s.settings[last].value != "") {
		s.settings = append(s.settings, setting{key, value, n})
	}
}

func (f *file) parseHeader(n int, text string) section {
	header, _, _ := strings.Cut(text[1:], "]")
	header = strings.TrimSpace(header)
	s := section{header: header, line: n, end: n}
	kind, name, _ := strings.Cut(header, " ")
	name = strings.Trim(strings.TrimSpace(name), `"'`)
	switch {
	case header == "default":
		s.kind, s.name = "profile", header
	case !f.isConfig:
		s.kind, s.name = "profile", header
	case kind == "profile" || kind == "sso-session" || kind == "services":
		s.kind, s.name = kind, name
	}
	return s
}

// profile returns the sections of a profile, of which there should be one.
func (f *file) profile(name string) []section {
	var found []section
	for _, s := range f.sections {
		if s.kind == "profile" && s.name == name {
			found = append(found, s)
		}
	}
	return found
}

// get returns the last setting of a key, which is the one that counts.
func (s section) get(key string) (setting, bool) {
	for i := len(s.settings) - 1; i >= 0; i-- {
		if strings.EqualFold(s.settings[i].key, key) {
			return s.settings[i], true
		}
	}
	return setting{}, false
}

// at says where: the file and the line.
func (f *file) at(line int) string { return fmt.Sprintf("%s:%d", f.path, line) }
