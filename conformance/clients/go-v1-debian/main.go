// The client of aws-sdk-go, version 1, as Debian packages it.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/sts"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	calls, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	opened, err := session.NewSession()
	if err != nil {
		return err
	}
	// It is older than AWS_ENDPOINT_URL.
	client := sts.New(opened, aws.NewConfig().WithEndpoint(os.Getenv("AWS_ENDPOINT_URL")))
	whoami := func() error {
		who, err := client.GetCallerIdentity(nil)
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
