package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// shape prints which members the objects of a JSON file have that those of a
// documented example have not: shape FILE EXAMPLE.md
func shape() {
	got, want := map[string]bool{}, map[string]bool{}
	addMembers(got, "", readJSON(os.Args[1]))
	addMembers(want, "", readJSON(os.Args[2]))
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if !want[path] {
			fmt.Println("not documented:", path)
		}
	}
	// Trouble is what a test cannot always have.
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if !got[path] && !strings.HasSuffix(path, ".trouble") {
			fmt.Println("documented, but not there:", path)
		}
	}
}

// readJSON reads a file, of a Markdown file its first block of JSON.
func readJSON(path string) any {
	data, err := os.ReadFile(path)
	text := string(data)
	if _, block, ok := strings.Cut(text, "```json\n"); ok {
		text, _, _ = strings.Cut(block, "```")
	}
	var value any
	if err == nil {
		err = json.Unmarshal([]byte(text), &value)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, path, err)
		os.Exit(1)
	}
	return value
}

func addMembers(to map[string]bool, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			to[path+"."+name] = true
			addMembers(to, path+"."+name, member)
		}
	case []any:
		for _, element := range value {
			addMembers(to, path+"[]", element)
		}
	}
}

// Every class of failure is in the documentation of the JSON, and no other.
func TestStatusClasses(t *testing.T) {
	source, err := os.ReadFile("provider/failure.go")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("docs/status.md")
	if err != nil {
		t.Fatal(err)
	}
	var classes []string
	for _, match := range regexp.MustCompile(`\bClass[A-Z]\w+ +Class = "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
		classes = append(classes, match[1])
	}
	_, list, _ := strings.Cut(string(doc), "`class` is one of ")
	list, _, _ = strings.Cut(list, ".")
	documented := strings.Split(strings.Replace(list, " and ", ", ", 1), ", ")
	slices.Sort(classes)
	slices.Sort(documented)
	if len(classes) == 0 || !slices.Equal(classes, documented) {
		t.Errorf("docs/status.md has the classes %q, want %q", documented, classes)
	}
}
