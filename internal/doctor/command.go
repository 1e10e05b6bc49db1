package doctor

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"credlease/internal/spawn"
)

// everyShellReadsTheCommand looks for what SDKs hand on differently: some to a
// shell, some by rules of their own.
func everyShellReadsTheCommand(p *patient) []Finding {
	var found []Finding
	for _, pr := range p.processes {
		if verdict, why := pr.unlike(); why != "" {
			found = append(found, Finding{Verdict: verdict, Evidence: pr.at() + ": " + why, Mend: p.mendCommand(pr)})
		}
	}
	return found
}

// unlike says why not every SDK runs the same command.
func (pr process) unlike() (Verdict, string) {
	text := pr.setting.value
	windows := runtime.GOOS == "windows"
	switch {
	case text == "":
		return Problem, "the credential_process is empty"
	case strings.HasPrefix(text, "~") || strings.Contains(text, " ~"):
		return Problem, "~ is expanded by shells, not by boto3 and the AWS CLI"
	case strings.ContainsAny(text, "$`") || windows && strings.Contains(text, "%"):
		return Problem, "a variable is expanded by shells, not by boto3 and the AWS CLI"
	case pr.assigns():
		return Problem, "a variable before the program is understood by shells, not by boto3 and the AWS CLI"
	case strings.Contains(text, " #") || strings.Contains(text, " ;"):
		return Problem, "what follows # or ; is an argument to boto3 and the AWS CLI, and a comment to others"
	case pr.pathIsSpaced():
		return Problem, "the program's path has a space"
	case strings.ContainsAny(text[:1], `"'`) && text[len(text)-1] == text[0]:
		return Problem, "it begins and ends with a quote: Go takes both away, and finds no program"
	case strings.ContainsAny(text, `"'`):
		return Warning, "it has quotes: aws-sdk-go v1 drops what follows them, and .NET reads them otherwise"
	case strings.ContainsAny(text, "|&<>*?;"):
		return Problem, "it needs a shell, which boto3 and the AWS CLI do not use"
	case !windows && strings.Contains(text, `\`):
		return Warning, `it has a \, which .NET doubles`
	case strings.Contains(text, "[") && strings.Contains(text, "]"):
		return Warning, "C++ takes a line with [ and ] for a section"
	}
	return OK, ""
}

func (pr process) assigns() bool {
	name, _, ok := strings.Cut(pr.program(), "=")
	return ok && !strings.ContainsAny(name, `/\`)
}

func (pr process) pathIsSpaced() bool {
	path, _ := pr.spacedPath()
	return path != ""
}

// spacedPath returns the path of a program, if it has a space, and how many words
// it is to a shell: one if it is quoted.
func (pr process) spacedPath() (path string, words int) {
	if strings.Contains(pr.program(), " ") {
		return pr.program(), 1
	}
	if isFile(pr.program()) {
		return "", 0
	}
	for n := 2; n <= len(pr.words); n++ {
		if path := strings.Join(pr.words[:n], " "); filepath.IsAbs(path) && isFile(path) {
			return path, n
		}
	}
	return "", 0
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// mendCommand writes the command as every SDK reads it, if there is a way to.
func (p *patient) mendCommand(pr process) string {
	if len(pr.words) == 0 {
		return "credlease profile add --help"
	}
	words := slices.Clone(pr.words)
	var before string
	if path, n := pr.spacedPath(); path != "" {
		link := linkTo(path)
		before = "mkdir -p " + quote(filepath.Dir(link)) + " && ln -s " + quote(path) + " " + quote(link) + " && "
		words = append([]string{link}, words[n:]...)
	}
	for i, word := range words {
		words[i] = expand(word)
	}
	if i := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, "#") || strings.HasPrefix(word, ";") }); i > 0 {
		words = words[:i]
	}
	if pr.assigns() {
		words = append([]string{"/usr/bin/env"}, words...)
	}
	for _, word := range words {
		if word == "" || word != strings.Map(plainRune, word) {
			return "" // No way to quote it is known to every SDK.
		}
	}
	return before + pr.replaceCommand(strings.Join(words, " "))
}

// linkTo is where a link to a program may be, without a space in its path.
func linkTo(program string) string {
	folder := "/usr/local/bin"
	if home, err := os.UserHomeDir(); err == nil && !strings.Contains(home, " ") {
		folder = filepath.Join(home, ".local", "bin")
	}
	return filepath.Join(folder, filepath.Base(program))
}

// plainRune drops what cannot stand unquoted in every SDK.
func plainRune(r rune) rune {
	if strings.ContainsRune(" \t\"'`$~#;|&<>*?[]()", r) || r == '\\' && runtime.GOOS != "windows" {
		return -1
	}
	return r
}

func expand(word string) string {
	if rest, ok := strings.CutPrefix(word, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			word = filepath.Join(home, rest)
		}
	}
	return os.ExpandEnv(word)
}

// theProgramRuns looks for what the command names.
func theProgramRuns(p *patient) []Finding {
	var found []Finding
	for _, pr := range p.processes {
		if verdict, _ := pr.unlike(); verdict == Problem {
			continue // The command is to be mended first.
		}
		found = append(found, p.examineProgram(pr))
	}
	return found
}

func (p *patient) examineProgram(pr process) Finding {
	program := expand(pr.program())
	with := func(path string) string { return pr.substitute(pr.program(), path) }
	if !filepath.IsAbs(program) {
		found, err := exec.LookPath(program)
		switch {
		case strings.ContainsAny(program, `/\`):
			return problem(fmt.Sprintf("%s: %s is found only from one folder", pr.at(), program), with(p.Program))
		case err != nil:
			return problem(fmt.Sprintf("%s: %s is not in PATH", pr.at(), program), with(p.Program))
		case !inGUIPath(found):
			return warning(fmt.Sprintf("%s: %s is found in this PATH only, as %s: IDEs, services and programs on the desktop have another", pr.at(), program, found), with(found))
		}
		program = found
	}
	info, err := os.Stat(program)
	switch {
	case err != nil:
		return problem(fmt.Sprintf("%s: %s: %s", pr.at(), program, causeOf(err)), with(p.Program))
	case info.IsDir():
		return problem(fmt.Sprintf("%s: %s is a directory", pr.at(), program), with(p.Program))
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o111 == 0:
		return problem(fmt.Sprintf("%s: %s is not executable", pr.at(), program), "chmod +x "+quote(program))
	}
	own, err := os.Stat(p.Program)
	if err == nil && os.SameFile(info, own) || !RunsCredlease(program) {
		return ok(program + " can be run")
	}
	version := p.versionOf(program)
	if version != p.Version {
		return warning(fmt.Sprintf("%s: %s is %s, and this is %s", pr.at(), program, version, p.Version), with(p.Program))
	}
	return ok(program + " is " + version)
}

// inGUIPath holds for the folders in which programs that no shell has started look.
func inGUIPath(path string) bool {
	return slices.Contains([]string{"/usr/bin", "/bin", "/usr/sbin", "/sbin"}, filepath.Dir(path)) ||
		runtime.GOOS == "linux" && filepath.Dir(path) == "/usr/local/bin" || runtime.GOOS == "windows"
}

// versionLimit is for a program that may be anything.
const versionLimit = 3 * time.Second

func (p *patient) versionOf(program string) string {
	ctx, cancel := context.WithTimeout(p.ctx, versionLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--version")
	spawn.InOwnSession(cmd)
	out, err := cmd.Output()
	text, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if err != nil || !strings.HasPrefix(text, "credlease ") || len(text) > 80 {
		return "another program"
	}
	return text
}
