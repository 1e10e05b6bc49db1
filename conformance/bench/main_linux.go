// Bench measures credlease as SDKs start it, whole processes, against two small
// programs, on a real gnome-keyring:
//
//	go run ./conformance/bench
//
// Each row is a pair: the two programs take turns, so that what the machine does
// besides hits both. The ratio is the median over the pairs. Nothing here fails
// because it is slow; the bounds are printed beside what was measured. With
// CGO_ENABLED=0 in the environment, all three are linked statically.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"credlease/internal/standin"
	"credlease/internal/testbed"
)

func main() {
	runs := flag.Int("runs", 100, "pairs to measure for each row")
	flag.Parse()
	if err := run(*runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(runs int) error {
	bed, err := testbed.New()
	if err != nil {
		return err
	}
	defer bed.Close()
	for name, pkg := range map[string]string{"bare": "./conformance/bench/bare", "linked": "./conformance/bench/linked"} {
		if err := bed.Build(name, pkg); err != nil {
			return err
		}
	}
	return bench{runs, bed}.report()
}

type bench struct {
	runs int
	*testbed.Bed
}

const role = "arn:aws:iam::" + standin.Account + ":role/Bench"

func (b bench) report() error {
	lease := b.command("credlease", "assume-role", "--role-arn", role, "--role-session-name", "bench")
	if _, err := lease.run(); err != nil {
		return err
	}
	item, err := leaseItem(b.Env)
	if err != nil {
		return err
	}
	bare := b.command("bare", item)
	linked := b.command("linked")

	fmt.Printf("%-44s %9s %9s %7s %7s\n", "", "A", "B", "A/B", "bound")
	rows := []struct {
		title string
		a, b  command
		bound float64
	}{
		{"hit / bare program that reads the item", lease, bare, 1.4},
		{"--help / program that links the same", b.command("credlease", "--help"), linked, 1.3},
		{"--version / program that links the same", b.command("credlease", "--version"), linked, 1.3},
	}
	for _, row := range rows {
		p, err := measure(b.runs, row.a, row.b)
		if err != nil {
			return err
		}
		fmt.Printf("%-44s %s %s %7.2f %7.1f\n", row.title, ms(p.a), ms(p.b), p.ratio, row.bound)
	}
	if calls := b.Server.Calls("AssumeRole"); calls != 1 {
		return fmt.Errorf("the hits called AssumeRole %d times", calls-1)
	}
	if err := b.reportMint(lease); err != nil {
		return err
	}
	if err := b.reportCrowd(lease, bare); err != nil {
		return err
	}
	return b.reportSizes(lease)
}

// reportMint measures a mint, less the time that AWS takes, against a hit.
func (b bench) reportMint(lease command) error {
	mint := b.command("credlease", "assume-role", "--role-arn", role, "--role-session-name", "bench", "--refresh")
	p, err := measure(b.runs, mint, lease)
	if err != nil {
		return err
	}
	fmt.Printf("%-44s %s %s %4.1f ms %4.0f ms\n", "mint, from a stand-in that answers at once / hit", ms(p.a), ms(p.b), p.difference.Seconds()*1000, 25.0)
	return nil
}

// reportCrowd measures a hit again among a thousand other items.
func (b bench) reportCrowd(lease, bare command) error {
	if err := addItems(b.Env, 1000); err != nil {
		return err
	}
	p, err := measure(b.runs, lease, bare)
	if err != nil {
		return err
	}
	fmt.Printf("%-44s %s %s %7.2f %7.1f\n", "hit / bare program, with 1,000 more items", ms(p.a), ms(p.b), p.ratio, 1.4)
	return nil
}

func (b bench) reportSizes(lease command) error {
	info, err := os.Stat(filepath.Join(b.Folder, "credlease"))
	if err != nil {
		return err
	}
	peak, err := lease.run()
	if err != nil {
		return err
	}
	const mib = 1 << 20
	fmt.Printf("%-44s %5.1f MiB %25.0f MiB\n", "binary, stripped", float64(info.Size())/mib, 15.0)
	fmt.Printf("%-44s %5.1f MiB %25.0f MiB\n", "resident, of a hit at its peak", float64(peak)/mib, 25.0)
	return nil
}

func ms(d time.Duration) string { return fmt.Sprintf("%6.2f ms", d.Seconds()*1000) }
