//go:build unix && !darwin

package prompt

import (
	"os"
	"os/exec"
	"strings"
)

// dialog returns the command that asks, or nil where there is no display or no
// such program. KDE's users get KDE's.
func dialog(question string) []string {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return nil
	}
	zenity := []string{"zenity", "--entry", "--title=credlease", "--text=" + question}
	kdialog := []string{"kdialog", "--title", "credlease", "--inputbox", question}
	programs := [][]string{zenity, kdialog}
	if strings.Contains(os.Getenv("XDG_CURRENT_DESKTOP"), "KDE") {
		programs = [][]string{kdialog, zenity}
	}
	for _, args := range programs {
		for _, name := range []string{args[0], "/usr/bin/" + args[0]} { // PATH may be short.
			if path, err := exec.LookPath(name); err == nil {
				return append([]string{path}, args[1:]...)
			}
		}
	}
	return nil
}
