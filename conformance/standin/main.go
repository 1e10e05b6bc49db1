// Standin runs the stand-in for STS and Cognito Identity as a program, for
// clients in any language:
//
//	go run ./conformance/standin -listen 127.0.0.1:4570
//	export AWS_ENDPOINT_URL=http://127.0.0.1:4570
//
// It prints its address, and ends by itself. Its paths under /_standin/ are in
// internal/standin/control.go.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"credlease/internal/standin"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "loopback address and port")
	fault := flag.String("fault", "none", fmt.Sprint("what goes wrong, one of ", standin.Faults))
	lifetime := flag.Duration("lifetime", 0, "how long every lease lives, whatever is asked for")
	offset := flag.Duration("date", 0, "how far AWS's clock is off")
	life := flag.Duration("for", 10*time.Minute, "how long to run")
	flag.Parse()
	if err := run(*listen, *fault, *lifetime, *offset, *life); err != nil {
		fmt.Fprintln(os.Stderr, "standin:", err)
		os.Exit(1)
	}
}

func run(listen, fault string, lifetime, offset, life time.Duration) error {
	server, err := standin.Listen(listen)
	if err != nil {
		return err
	}
	defer server.Close()
	if err := server.Fail(fault, "", -1, 0); err != nil {
		return err
	}
	server.SetLifetime(lifetime)
	server.SetClock(offset)
	fmt.Println(server.URL)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	select {
	case <-stop:
	case <-time.After(life):
	}
	return nil
}
