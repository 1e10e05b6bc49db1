package prompt

// dialog returns the command that asks. The script is given the question as an
// argument, so that nothing in it is read as AppleScript.
func dialog(question string) []string {
	return []string{
		"/usr/bin/osascript",
		"-e", "on run argv",
		"-e", `return text returned of (display dialog (item 1 of argv) with title "credlease" default answer "")`,
		"-e", "end run",
		question,
	}
}
