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
	"strings"
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
	var failed error
	for _, c := range clients {
		began := time.Now()
		results, err := try(p, c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		fmt.Printf("%-12s %-24s", c.name, c.version)
		var wrong []string
		for _, l := range results {
			fmt.Printf(" %d+%d/%d", l.cold, l.warm, l.mints)
			for _, w := range l.complaint {
				wrong = append(wrong, l.kind.name+": "+w)
			}
		}
		fmt.Printf("  %.1f s\n", time.Since(began).Seconds())
		if wrong != nil {
			fmt.Println("   ", strings.Join(wrong, "\n    "))
			failed = errors.New("not all is as it should be")
		}
	}
	return failed
}

func try(p programs, c *client) ([]leased, error) {
	b, err := newBench(p)
	if err != nil {
		return nil, err
	}
	defer b.close()
	if err := b.configure(b.config()); err != nil {
		return nil, err
	}
	var all []leased
	for _, k := range kinds {
		l, err := b.lease(c, k)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}
