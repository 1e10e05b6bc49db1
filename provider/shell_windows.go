package provider

// shell is how the SDK runs a credential_process.
func shell(command string) []string { return []string{"cmd.exe", "/C", command} }
