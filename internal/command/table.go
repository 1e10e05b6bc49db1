package command

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A table is rows of cells, the first row its head. Of a cell that is painted, the
// colour is told apart, so that columns stay aligned.
type table struct {
	rows [][]cell
}

type cell struct{ text, colour string }

// add takes a row: texts, and cells where one is painted.
func (t *table) add(cells ...any) {
	var row []cell
	for _, c := range cells {
		if text, ok := c.(string); ok {
			c = cell{text: text}
		}
		row = append(row, c.(cell))
	}
	t.rows = append(t.rows, row)
}

const columnGap = "  "

// write lays the table out in columns where the screen has room for them, and else
// puts under each first cell, which may be long, the others in a line.
func (t *table) write(out *strings.Builder, s screen) {
	var widths []int
	for _, row := range t.rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(printable(c.text)))
		}
	}
	total := -len(columnGap)
	for _, w := range widths {
		total += w + len(columnGap)
	}
	if s.width > 0 && total > s.width {
		t.stack(out, s)
		return
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, c := range row {
			text := printable(c.text)
			padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
			if i == len(row)-1 {
				padding = ""
			}
			line.WriteString(s.paint(c.colour, text) + padding)
			if i < len(row)-1 {
				line.WriteString(columnGap)
			}
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

func (t *table) stack(out *strings.Builder, s screen) {
	for _, row := range t.rows {
		out.WriteString(s.paint(row[0].colour, s.fold(printable(row[0].text), 0)) + "\n")
		var rest []string
		var colour string
		for _, c := range row[1:] {
			rest = append(rest, printable(c.text))
			if c.colour != "" {
				colour = c.colour
			}
		}
		if len(rest) > 0 {
			out.WriteString(columnGap + s.paint(colour, s.fold(strings.Join(rest, ", "), len(columnGap))) + "\n")
		}
	}
}

// printable keeps from the terminal what would move its cursor.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, text)
}
