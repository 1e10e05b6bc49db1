package ring

import "os"

// init begins to open the keyring that a hit most likely comes from, so that its
// answers arrive while the AWS SDK's packages initialise and the command line is
// read. Commands that print no credentials do not pay for it.
func init() {
	if len(os.Args) < 2 || os.Getenv("CREDLEASE_BACKEND") != "" {
		return
	}
	switch os.Args[1] {
	case "assume-role", "cognito":
		start(SecretService)
	}
}
