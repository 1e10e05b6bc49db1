package main

import (
	"bytes"
	"fmt"
	"regexp"
)

var (
	expiration = regexp.MustCompile(`("Expiration":"[^"]*)Z"`)
	token      = regexp.MustCompile(`"SessionToken":"[^"]*"`)
)

// broken breaks a rule of output in a document; what is none is left alone.
func (o output) broken(rule string) (output, error) {
	whole := bytes.Join(o.stdout, nil)
	if rule == "" || len(whole) == 0 {
		return o, nil
	}
	switch rule {
	case "stderr":
		o.stderr = []byte("a word on stderr\n")
		return o, nil
	case "exit":
		o.exit = 1
		return o, nil
	case "writes":
		o.stdout = [][]byte{whole[:len(whole)/2], whole[len(whole)/2:]}
		return o, nil
	case "newline":
		whole = bytes.TrimRight(whole, "\n")
	case "before":
		whole = append([]byte("a word before\n"), whole...)
	case "after":
		whole = append(whole, "a word after\n"...)
	case "bom":
		whole = append([]byte("\ufeff"), whole...)
	case "version":
		whole = bytes.Replace(whole, []byte(`"Version":1`), []byte(`"Version":"1"`), 1)
	case "case":
		whole = bytes.Replace(whole, []byte(`"AccessKeyId"`), []byte(`"accessKeyId"`), 1)
	case "null":
		whole = token.ReplaceAll(whole, []byte(`"SessionToken":null`))
	case "fraction":
		whole = expiration.ReplaceAll(whole, []byte(`$1.123Z"`))
	case "offset":
		whole = expiration.ReplaceAll(whole, []byte(`$1+00:00"`))
	case "zone":
		whole = expiration.ReplaceAll(whole, []byte(`$1"`))
	default:
		return o, fmt.Errorf("no rule %q", rule)
	}
	o.stdout = [][]byte{whole}
	return o, nil
}
