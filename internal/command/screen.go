package command

import (
	"os"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// The colours of SGR, ECMA-48.
const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

// A screen is what stdout is shown on: a terminal of some width, or no terminal,
// where lines are as long as they are.
type screen struct {
	width  int // 0 for no limit
	colour bool
}

func newScreen() screen {
	if !isTerminal(os.Stdout) {
		return screen{}
	}
	s := screen{width: 80}
	if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && width > 0 {
		s.width = width
	}
	// Set to anything, NO_COLOR means none: https://no-color.org
	s.colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && runtime.GOOS != "windows"
	return s
}

func (s screen) paint(colour, text string) string {
	if !s.colour || colour == "" {
		return text
	}
	return colour + text + plain
}

// fold breaks text between words, or in them where one is longer than a line, and
// begins what follows at a column.
func (s screen) fold(text string, column int) string {
	room := s.width - column
	if s.width == 0 || room < 10 {
		return text
	}
	var out strings.Builder
	used := 0
	for _, word := range strings.Fields(text) {
		if used > 0 && used+1+utf8.RuneCountInString(word) > room {
			out.WriteString("\n" + strings.Repeat(" ", column))
			used = 0
		}
		if used > 0 {
			out.WriteByte(' ')
			used++
		}
		for rest := []rune(word); len(rest) > 0; {
			n := min(len(rest), room-used)
			out.WriteString(string(rest[:n]))
			used += n
			if rest = rest[n:]; len(rest) > 0 {
				out.WriteString("\n" + strings.Repeat(" ", column))
				used = 0
			}
		}
	}
	return out.String()
}
