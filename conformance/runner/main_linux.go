// Runner runs credlease through real SDKs, each in a program of its own that
// knows nothing of credlease, and writes conformance/RESULTS.md:
//
//	conformance/run                          # all clients
//	conformance/run boto3 go-v2              # these; the results are left alone
//	conformance/run boto3 --break stderr     # whom does a broken rule break?
//
// It exits 1 if any client sees what it should not.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

type options struct {
	names  []string
	builds string
	rule   string
}

// parse takes flags before and after names.
func parse(arguments []string) (options, error) {
	var o options
	cached, err := os.UserCacheDir()
	if err != nil {
		return o, err
	}
	flags := flag.NewFlagSet("conformance/run", flag.ExitOnError)
	flags.StringVar(&o.builds, "builds", filepath.Join(cached, "credlease-conformance"), "folder that keeps what the clients need")
	flags.StringVar(&o.rule, "break", "", "rule of output to break: "+rules)
	for {
		if err := flags.Parse(arguments); err != nil {
			return o, err
		}
		if flags.NArg() == 0 {
			return o, nil
		}
		o.names = append(o.names, flags.Arg(0))
		arguments = flags.Args()[1:]
	}
}

func run(arguments []string) error {
	o, err := parse(arguments)
	if err != nil {
		return err
	}
	clients, err := clientsNamed(o.names, o.builds)
	if err != nil {
		return err
	}
	if err := adopt(); err != nil {
		return err
	}
	p, err := buildPrograms()
	if err != nil {
		return err
	}
	defer os.RemoveAll(p.folder)
	for _, c := range clients {
		if err := c.setUp(); err != nil {
			return err
		}
	}
	if o.rule != "" {
		return tryBreaking(p, clients, o.rule)
	}
	m, err := startMoto(o.builds)
	if err != nil {
		return err
	}
	defer m.close()
	results, err := tryAll(p, m, clients)
	if err != nil {
		return err
	}
	if o.names == nil {
		if err := writeResults(results, m); err != nil {
			return err
		}
	}
	return verdict(results)
}

// tryAll tries as many clients at once as there are processors, beside those that
// wait for a lease to grow old.
func tryAll(p programs, m *moto, clients []*client) ([]result, error) {
	results := make([]result, len(clients))
	renewals := make([]result, len(clients))
	errs := make([]error, 2*len(clients))
	var waiting, working sync.WaitGroup
	free := make(chan struct{}, runtime.NumCPU())
	for i, c := range clients {
		waiting.Go(func() { errs[i] = tryRenewal(p, c, &renewals[i]) })
		working.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			began := time.Now()
			results[i], errs[len(clients)+i] = try(p, m, c)
			fmt.Print(results[i].lines(time.Since(began)))
		})
	}
	working.Wait()
	waiting.Wait()
	for i := range results {
		results[i].renewal = renewals[i].renewal
		results[i].stderr += renewals[i].stderr
		results[i].left += renewals[i].left
		for _, complaint := range renewals[i].complaints {
			fmt.Printf("%s: %s\n", clients[i].name, complaint)
			results[i].complaints = append(results[i].complaints, complaint)
		}
	}
	return results, errors.Join(errs...)
}

func verdict(results []result) error {
	wrong := 0
	for _, r := range results {
		if r.complaints != nil {
			wrong++
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d clients see what they should not", wrong, len(results))
	}
	return nil
}
