package doctor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"credlease/cache"
)

// theArgumentsHold reads the arguments of our own processes as those will, and
// looks for what they name on this machine.
func theArgumentsHold(p *patient) []Finding {
	var found []Finding
	for _, pr := range p.processes {
		if verdict, _ := pr.unlike(); verdict == Problem || pr.isContinued() || !RunsCredlease(pr.setting.value) {
			continue // The command is to be mended first, or another's.
		}
		args := pr.arguments()
		if err := p.Parse(args); err != nil {
			found = append(found, problem(fmt.Sprintf("%s: that is no command line for a profile: %v", pr.at(), err), helpFor(args)))
			continue
		}
		if slices.Contains(args, "--no-cache") {
			found = append(found, warning(pr.at()+": --no-cache: AWS is asked at every run", pr.substitute(" --no-cache", "")))
		}
		found = append(found, p.examineSource(pr)...)
		for i, word := range args {
			if f, wrong := pr.examineFile(args, i, word); wrong {
				found = append(found, f)
			}
		}
	}
	return found
}

func (pr process) isContinued() bool {
	return slices.ContainsFunc(pr.file.strays, func(s stray) bool { return s.atValue == pr.setting.line })
}

func helpFor(args []string) string {
	if len(args) > 0 && slices.Contains([]string{"assume-role", "cognito", "session-token"}, args[0]) {
		return "credlease " + args[0] + " --help"
	}
	return "credlease --help"
}

// arguments are the words after the program's, which another may run.
func (pr process) arguments() []string {
	for i, word := range pr.words {
		if RunsCredlease(word) {
			return pr.words[i+1:]
		}
	}
	return nil
}

// examineSource looks for the keys or the profile that the process names.
func (p *patient) examineSource(pr process) []Finding {
	if name := pr.option("--source-profile"); name != "" && !p.exists(name) {
		return []Finding{problem(fmt.Sprintf("%s: there is no profile %q to be the source", pr.at(), name), "aws configure --profile "+quote(name))}
	}
	name := pr.option("--source-keys")
	if name == "" {
		return nil
	}
	// That a keyring is locked is said of the keyring.
	switch _, err := p.Cache.KeptKeys(p.ctx, name); {
	case errors.Is(err, cache.ErrNoKeys):
		return []Finding{problem(fmt.Sprintf("%s: %v", pr.at(), err), "credlease keys add "+quote(name))}
	case errors.Is(err, cache.ErrPassphrase):
		return []Finding{problem(fmt.Sprintf("%s: %v", pr.at(), err), mendPassphrase)}
	}
	return nil
}

// examineFile looks for the file that a word of the command names: a token's, a
// policy's, or a program that prints a token or a code.
func (pr process) examineFile(args []string, at int, word string) (Finding, bool) {
	flag, value, joined := strings.Cut(word, "=")
	if !joined && at > 0 {
		flag, value = args[at-1], word
	}
	runs := flag == "--mfa-process"
	path := value
	if !runs && flag != "--policy" {
		_, token, isFile := strings.Cut("="+word, "=file:")
		if !isFile {
			_, token, runs = strings.Cut("="+word, "=exec:")
		}
		if path = token; !isFile && !runs {
			return Finding{}, false
		}
	}
	if !filepath.IsAbs(path) {
		return Finding{}, false // Where that is depends on who runs it.
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return problem(fmt.Sprintf("%s: %s: %s", pr.at(), path, causeOf(err)), ""), true
	case runs && runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o111 == 0:
		return problem(fmt.Sprintf("%s: %s is not executable", pr.at(), path), "chmod +x "+quote(path)), true
	}
	return Finding{}, false
}
