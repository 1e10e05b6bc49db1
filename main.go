// Credlease gets temporary AWS credentials and keeps them in the operating
// system's keyring until they near their end. The AWS config file calls it, and
// every AWS SDK reads what it prints:
//
//	[profile deploy]
//	credential_process = /home/me/.local/bin/credlease assume-role --role-arn arn:aws:iam::111122223333:role/Deploy --source-keys work
//	region = eu-west-1
//
//	[profile admin]
//	credential_process = /home/me/.local/bin/credlease assume-role --role-arn arn:aws:iam::111122223333:role/Admin --source-keys work --mfa-serial arn:aws:iam::111122223333:mfa/me
//	region = eu-west-1
//
//	[profile guest]
//	credential_process = /home/me/.local/bin/credlease cognito --identity-pool-id eu-west-1:12345678-90ab-cdef-1234-567890abcdef
//	region = eu-west-1
//
// By hand:
//
//	credlease profile add       write a profile that runs credlease
//	credlease keys add work     keep access keys in the keyring
//	credlease session-token     type an MFA code once for all roles of a source
//	credlease status            what is leased, for how long, from which store
//	credlease doctor            why a profile does not use this, is slow, or fails
//	credlease check             who a profile is to AWS, or why it is nobody
//	credlease clear             forget leases
//	credlease unlock            open a locked keyring
//	credlease completion        complete command lines in bash, zsh or fish
//
// It prints one line of JSON, or nothing and one line on stderr. The exit code is
// 0, 1 for a failure, or 80 for a command line that is wrong in itself; that of
// check is 2 to 7 by its verdict.
package main

import (
	"os"
	"runtime/debug"
	"time"

	"credlease/internal/busguard"
	"credlease/internal/command"

	"github.com/alecthomas/kong"
)

// version is set by install.sh.
var version string

func main() {
	started := time.Now()
	busguard.Restore()
	os.Exit(run(started, os.Args[1:]))
}

func run(started time.Time, args []string) int {
	if code, done := command.Welcome(args); done {
		return code
	}
	var flags command.Flags
	parser := kong.Must(&flags, command.Options(versionText(), args)...)
	parsed, err := parser.Parse(args)
	if err == nil {
		err = parsed.Run(command.NewProcess(versionText(), started, &flags))
	}
	return command.Exit(err)
}

func versionText() string {
	if version != "" {
		return "credlease " + version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return "credlease " + info.Main.Version
	}
	return "credlease (devel)"
}
