package command

import "os"

// welcome is for the first run, and narrow enough for any terminal but for the
// lines that are to be pasted whole.
const welcome = `credlease gets AWS credentials for the
SDKs, and keeps them in the keyring.

Keep access keys of yours there:

  credlease keys add work

Write a profile that uses them:

  credlease profile add deploy --region eu-west-1 -- assume-role --role-arn arn:aws:iam::111122223333:role/Deploy --source-keys work

Use it as any other:

  aws --profile deploy sts get-caller-identity

credlease --help lists the commands.
`

// Welcome greets who typed credlease alone, and reports whether it did. An SDK
// that runs it so gets nothing that it could read, and the error of a command
// line without a command.
func Welcome(args []string) (code int, done bool) {
	if len(args) > 0 || !isTerminal(os.Stderr) {
		return 0, false
	}
	os.Stderr.WriteString(welcome)
	return exitUsage, true
}
