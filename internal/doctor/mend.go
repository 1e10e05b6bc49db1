package doctor

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// quote makes one word of text for a shell.
func quote(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_./:@%+=,-~", r)
	}
	if text != "" && text[0] != '~' && !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// sed is a command that edits a file in place, where it really is.
func sed(script, path string) string {
	switch runtime.GOOS {
	case "linux":
		return "sed -i --follow-symlinks " + quote(script) + " " + quote(path)
	case "windows":
		return "" // It has no such program.
	}
	return "sed -i '' " + quote(script) + " " + quote(path)
}

// commentOut is the command for settings too many. No line moves by it, so that
// what is said of others stays true.
func commentOut(f *file, lines ...int) string { return editLines(f, "/^/# /", "put # before", lines) }

// empty is commentOut for what is a secret.
func empty(f *file, lines ...int) string { return editLines(f, "/.*//", "empty", lines) }

func editLines(f *file, substitute, inWords string, lines []int) string {
	slices.Sort(lines)
	lines = slices.Compact(lines)
	var script, named []string
	for i := 0; i < len(lines); {
		j := i
		for j+1 < len(lines) && lines[j+1] == lines[j]+1 {
			j++
		}
		span := strconv.Itoa(lines[i])
		if i < j {
			span += "," + strconv.Itoa(lines[j])
		}
		script = append(script, span+"s"+substitute)
		named = append(named, strings.Replace(span, ",", " to ", 1))
		i = j + 1
	}
	if command := sed(strings.Join(script, ";"), f.path); command != "" {
		return command
	}
	return "notepad " + f.path + "   and " + inWords + " line " + list(named)
}

// replaceLine is the command for a line that is to read otherwise.
func replaceLine(f *file, line int, text string) string {
	if command := sed(fmt.Sprintf("%ds|.*|%s|", line, escape(text)), f.path); command != "" {
		return command
	}
	return fmt.Sprintf("notepad %s   and make line %d: %s", f.path, line, text)
}

// substitute is for a word or two of it that are to be others, so that it goes
// together with what else is to be mended in the line.
func (pr process) substitute(before, after string) string {
	pattern := strings.NewReplacer(`\`, `\\`, `.`, `\.`, `*`, `\*`, `[`, `\[`, `^`, `\^`, `$`, `\$`, `|`, `\|`).Replace(before)
	if command := sed(fmt.Sprintf("%ds|%s|%s|", pr.setting.line, pattern, escape(after)), pr.file.path); command != "" {
		return command
	}
	return fmt.Sprintf("notepad %s   and in line %d, in place of %s write %s", pr.file.path, pr.setting.line, before, after)
}

// escape is for what sed puts in another's place, between bars.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\\`, `|`, `\|`, `&`, `\&`).Replace(text)
}

// replaceCommand is for a credential_process that is to be another.
func (pr process) replaceCommand(text string) string {
	return replaceLine(pr.file, pr.setting.line, "credential_process = "+text)
}
