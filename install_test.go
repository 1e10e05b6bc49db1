//go:build unix

package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// installer runs install.sh with nothing in its environment but what it needs
// and what is given, and returns what it says.
func installer(t *testing.T, arguments []string, env ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("./install.sh", arguments...)
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"),
		"GOMODCACHE=" + goEnv(t, "GOMODCACHE"),
		"GOCACHE=" + goEnv(t, "GOCACHE"),
		"GOFLAGS=-mod=readonly",
	}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestInstallRefuses(t *testing.T) {
	home := t.TempDir()
	for what, test := range map[string]struct {
		arguments []string
		env       []string
		says      string
	}{
		"a folder with a space":  {nil, []string{"BINDIR=/tmp/a b"}, "cannot carry a path with a space"},
		"a folder with a quote":  {nil, []string{"BINDIR=/tmp/it's"}, "cannot carry a path"},
		"a folder with a tilde":  {nil, []string{"BINDIR=~/bin"}, "cannot carry a path"},
		"a relative folder":      {nil, []string{"BINDIR=bin"}, "it is not an absolute path"},
		"no folder":              {nil, nil, "neither BINDIR nor HOME is set"},
		"an unknown flag":        {[]string{"--nonsense"}, []string{"HOME=" + home}, "Usage:"},
		"two flags":              {[]string{"--demo", "--uninstall"}, []string{"HOME=" + home}, "Usage:"},
		"a machine without Go":   {nil, []string{"HOME=" + home, "PATH=" + withoutGo(t)}, "Go 1.26.8 or newer is missing"},
		"a home without a slash": {nil, []string{"HOME=home"}, "it is not an absolute path"},
	} {
		out, err := installer(t, test.arguments, test.env...)
		if err == nil || !strings.Contains(out, test.says) {
			t.Errorf("%s: got %v, %s, want: %s", what, err, out, test.says)
		}
	}
	if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
		t.Errorf("a refused installation leaves %v, %v", left, err)
	}
}

// withoutGo returns a folder with the programs that install.sh needs before Go.
func withoutGo(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"sh", "dirname", "sed", "uname", "cat", "git"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// Completion is put where the shells look, in the user's own folders, and no
// other file there is touched.
func TestInstallCompletion(t *testing.T) {
	home := t.TempDir()
	rc := filepath.Join(home, ".zshrc")
	if err := os.WriteFile(rc, []byte("# mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	files := func() []string {
		var found []string
		_ = filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
			name, _ := filepath.Rel(home, path)
			if name == ".config/go" {
				return fs.SkipDir // That is Go's own, of the build.
			}
			if err == nil && !d.IsDir() {
				found = append(found, name)
			}
			return err
		})
		return found
	}
	env := []string{"HOME=" + home, "BINDIR=" + filepath.Join(home, "bin")}
	out, err := installer(t, nil, env...)
	if err != nil {
		t.Fatal(out)
	}
	want := []string{
		".config/fish/completions/credlease.fish",
		".local/share/bash-completion/completions/credlease",
		".local/share/zsh/site-functions/_credlease",
		".zshrc",
		"bin/credlease",
	}
	if got := files(); !slices.Equal(got, want) {
		t.Errorf("installed: got %q, want %q", got, want)
	}
	if text := "fpath=(" + filepath.Join(home, ".local/share/zsh/site-functions") + " $fpath)"; !strings.Contains(out, text) {
		t.Errorf("install.sh does not say %s: %s", text, out)
	}
	if text, err := os.ReadFile(rc); err != nil || string(text) != "# mine\n" {
		t.Errorf(".zshrc: %q, %v", text, err)
	}
	completes(t, home)
	if out, err := installer(t, []string{"--uninstall"}, env...); err != nil {
		t.Fatal(out)
	}
	if got := files(); !slices.Equal(got, []string{".zshrc"}) {
		t.Errorf("uninstalled: got %q, want .zshrc alone", got)
	}
}

// completes lets each shell find by itself what was installed.
func completes(t *testing.T, home string) {
	const loader = "/usr/share/bash-completion/bash_completion"
	for shell, test := range map[string]struct{ says, want string }{
		"bash": {". " + loader + "; _completion_loader credlease; complete -p credlease", "complete -o default -F _credlease credlease\n"},
		"zsh":  {"fpath=($HOME/.local/share/zsh/site-functions $fpath); autoload -U compinit; compinit -u -D; print $_comps[credlease]", "_credlease\n"},
		"fish": {"complete -C 'credlease assume-r'", "assume-role\n"},
	} {
		if ok, err := isInstalled(shell); err != nil {
			t.Error(err)
			continue
		} else if _, err := os.Stat(loader); !ok || shell == "bash" && err != nil && !testAll() {
			continue
		}
		cmd := exec.Command(shell, "-c", test.says)
		cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != test.want {
			t.Errorf("%s: got %q, %v, want %q", shell, out, err, test.want)
		}
	}
}

func TestInstallUpgradeUninstall(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "bin")
	program := filepath.Join(bin, "credlease")
	for _, step := range []struct {
		arguments []string
		says      string
		installed bool
	}{
		{nil, "Installed credlease ", true},
		{nil, "Upgraded " + program, true},
		{[]string{"--uninstall"}, "Removed " + program, false},
		{[]string{"--uninstall"}, "There is no " + program, false},
	} {
		out, err := installer(t, step.arguments, "BINDIR="+bin)
		if err != nil || !strings.Contains(out, step.says) {
			t.Fatalf("install.sh %v: got %v, %s, want: %s", step.arguments, err, out, step.says)
		}
		if step.installed && !strings.Contains(out, "\ncredential_process = "+program+" assume-role ") {
			t.Errorf("install.sh ends without the lines for the config file: %s", out)
		}
		left, err := os.ReadDir(bin)
		if want := map[bool]int{true: 1}[step.installed]; err != nil || len(left) != want {
			t.Errorf("install.sh %v leaves %v, %v, want %d files", step.arguments, left, err, want)
		}
	}
}
