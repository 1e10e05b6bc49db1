package command

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// printFacts prints a line for each fact that there is, and a last word.
func printFacts(facts [][2]string, last string) error {
	var out strings.Builder
	for _, f := range facts {
		if f[1] != "" {
			fmt.Fprintf(&out, "%-14s %s\n", f[0], printable(f[1]))
		}
	}
	out.WriteString(last)
	_, err := os.Stdout.WriteString(out.String())
	return err
}

func printJSON(value any) error {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
