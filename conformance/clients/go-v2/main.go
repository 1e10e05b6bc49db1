// The client of aws-sdk-go-v2.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	client := sts.NewFromConfig(cfg)
	whoami := func() error {
		who, err := client.GetCallerIdentity(ctx, nil)
		if err == nil {
			fmt.Println(*who.Arn)
		}
		return err
	}
	if err := atOnce(whoami); err != nil {
		return err
	}
	calls, err := strconv.Atoi(os.Args[1])
	for range calls {
		if err == nil {
			err = whoami()
		}
	}
	return err
}

// atOnce makes the first call, from as many threads as it is told.
func atOnce(call func() error) error {
	threads, err := strconv.Atoi(os.Getenv("CONFORMANCE_THREADS"))
	if err != nil {
		return call()
	}
	errs := make([]error, threads)
	var all sync.WaitGroup
	for i := range threads {
		all.Go(func() { errs[i] = call() })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
