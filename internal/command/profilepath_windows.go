package command

import (
	"strings"

	"golang.org/x/sys/windows"
)

// What may stand in a word besides letters and digits, and in this program's
// path besides that. cmd.exe takes %NAME% for a variable.
const (
	safePunctuation = `_./:@+=,-\`
	pathPunctuation = "~"
)

const movePath = "move it to a folder without spaces and the like"

// spaceless is the path by short names, where it has a character to quote.
func spaceless(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool { return !isSafeRune(r) }) {
		return path
	}
	long, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return path
	}
	short := make([]uint16, windows.MAX_LONG_PATH)
	n, err := windows.GetShortPathName(long, &short[0], uint32(len(short)))
	if err != nil || n == 0 || int(n) > len(short) {
		return path
	}
	return windows.UTF16ToString(short[:n])
}
