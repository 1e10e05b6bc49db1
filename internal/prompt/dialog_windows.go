package prompt

import (
	"os"
	"path/filepath"
	"strings"
)

// dialog returns the command that asks. PowerShell reads a doubled quote in a
// quoted text as one, and ours has no other meaning for it. An answer that is
// empty is a dialog that was closed.
func dialog(question string) []string {
	const script = `Add-Type -AssemblyName Microsoft.VisualBasic; ` +
		`$answer = [Microsoft.VisualBasic.Interaction]::InputBox('QUESTION', 'credlease'); ` +
		`if ($answer -eq '') { exit 1 }; [Console]::Out.Write($answer)`
	root := os.Getenv("SystemRoot")
	if root == "" {
		root = `C:\Windows`
	}
	return []string{
		filepath.Join(root, "System32", "WindowsPowerShell", "v1.0", "powershell.exe"),
		"-NoProfile", "-Command", strings.ReplaceAll(script, "QUESTION", strings.ReplaceAll(question, "'", "''")),
	}
}
