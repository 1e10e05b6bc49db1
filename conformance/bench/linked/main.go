// Linked links what credlease links, and does nothing with it: what is left is
// the time that Go takes to start such a program.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/99designs/keyring"
	"github.com/alecthomas/kong"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/gofrs/flock"
)

func main() {
	if len(os.Args) > 2 {
		use()
	}
	fmt.Println("linked")
}

// use is never called, and keeps the linker from leaving the libraries out.
func use() {
	ctx := context.Background()
	cfg, _ := config.LoadDefaultConfig(ctx)
	_, _ = sts.NewFromConfig(cfg).AssumeRole(ctx, nil)
	_, _ = cognitoidentity.NewFromConfig(cfg).GetCredentialsForIdentity(ctx, nil)
	_, _ = keyring.Open(keyring.Config{})
	_ = flock.New("").Lock()
	kong.Parse(&struct{}{})
}
