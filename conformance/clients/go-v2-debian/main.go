// The client of aws-sdk-go-v2 as Debian packages it.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	calls, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	// This version does not know AWS_ENDPOINT_URL.
	endpoint := sts.EndpointResolverFromURL(os.Getenv("AWS_ENDPOINT_URL"))
	client := sts.NewFromConfig(cfg, sts.WithEndpointResolver(endpoint))
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
	for i := 0; i < calls; i++ {
		if err := whoami(); err != nil {
			return err
		}
	}
	return nil
}

// atOnce makes the first call, from as many threads as it is told.
func atOnce(call func() error) error {
	threads, err := strconv.Atoi(os.Getenv("CONFORMANCE_THREADS"))
	if err != nil {
		return call()
	}
	errs := make(chan error, threads)
	for i := 0; i < threads; i++ {
		go func() { errs <- call() }()
	}
	var first error
	for i := 0; i < threads; i++ {
		if err := <-errs; first == nil {
			first = err
		}
	}
	return first
}
