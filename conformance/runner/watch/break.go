package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"time"
)

// output is what an SDK is to get.
type output struct {
	stdout [][]byte // a write each
	stderr []byte
	exit   int
}

var (
	expiration = regexp.MustCompile(`("Expiration":"[^"]*)Z"`)
	token      = regexp.MustCompile(`"SessionToken":"[^"]*"`)
)

// broken breaks a rule of output in what credlease printed.
func broken(rule string, stdout, stderr []byte, exit int) (output, error) {
	whole := func(document []byte) output { return output{[][]byte{document}, stderr, exit} }
	if len(stdout) == 0 {
		return whole(stdout), nil
	}
	replace := func(what *regexp.Regexp, with string) (output, error) {
		return whole(what.ReplaceAll(stdout, []byte(with))), nil
	}
	switch rule {
	case "":
		return whole(stdout), nil
	case "stderr":
		return output{[][]byte{stdout}, []byte("a word on stderr\n"), exit}, nil
	case "exit":
		return output{[][]byte{stdout}, stderr, 1}, nil
	case "writes":
		half := len(stdout) / 2
		return output{[][]byte{stdout[:half], stdout[half:]}, stderr, exit}, nil
	case "newline":
		return whole(bytes.TrimRight(stdout, "\n")), nil
	case "before":
		return whole(append([]byte("a word before\n"), stdout...)), nil
	case "after":
		return whole(append(stdout, "a word after\n"...)), nil
	case "bom":
		return whole(append([]byte("\ufeff"), stdout...)), nil
	case "version":
		return whole(bytes.Replace(stdout, []byte(`"Version":1`), []byte(`"Version":"1"`), 1)), nil
	case "case":
		return whole(bytes.Replace(stdout, []byte(`"AccessKeyId"`), []byte(`"accessKeyId"`), 1)), nil
	case "null":
		return replace(token, `"SessionToken":null`)
	case "fraction":
		return replace(expiration, `$1.123Z"`)
	case "offset":
		return replace(expiration, `$1+00:00"`)
	case "zone":
		return replace(expiration, `$1"`)
	}
	return output{}, fmt.Errorf("no rule %q", rule)
}

// pass writes it where the SDK reads it.
func (o output) pass() error {
	if _, err := os.Stderr.Write(o.stderr); err != nil {
		return err
	}
	for i, part := range o.stdout {
		if i > 0 {
			time.Sleep(50 * time.Millisecond)
		}
		if _, err := os.Stdout.Write(part); err != nil {
			return err
		}
	}
	return nil
}
