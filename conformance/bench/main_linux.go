// Bench measures credlease as SDKs start it, whole processes, against two small
// programs, on a real gnome-keyring:
//
//	go run ./conformance/bench
//
// Each row is a pair: the two programs take turns, so that what the machine does
// besides hits both. The ratio is the median over the pairs. Nothing here fails
// because it is slow; the bounds are printed beside what was measured. All three are
// linked statically.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
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

var (
	hit  = []string{"assume-role", "--role-arn", "arn:aws:iam::" + standin.Account + ":role/Bench", "--role-session-name", "bench"}
	mint = append(hit[:len(hit):len(hit)], "--refresh")
)

// ratioRow prints a pair whose ratio has a bound.
const ratioRow = "%-48s %s %s %7.2f %7.1f\n"

func (b bench) report() error {
	lease := b.command("credlease", hit...)
	if _, err := lease.run(); err != nil {
		return err
	}
	item, err := leaseItem(b.Env)
	if err != nil {
		return err
	}
	bare := b.command("bare", item)
	linked := b.command("linked")

	fmt.Printf("%-48s %9s %9s %7s %7s\n", "", "A", "B", "A/B", "bound")
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
		fmt.Printf(ratioRow, row.title, ms(p.a), ms(p.b), p.ratio, row.bound)
	}
	if calls := b.Server.Calls("AssumeRole"); calls != 1 {
		return fmt.Errorf("the hits called AssumeRole %d times", calls-1)
	}
	if err := b.reportMint(lease); err != nil {
		return err
	}
	if err := b.reportTrouble(); err != nil {
		return err
	}
	if err := b.reportCrowd(lease); err != nil {
		return err
	}
	return b.reportSizes(lease)
}

// reportMint measures a mint, less the time that AWS takes, against a hit.
func (b bench) reportMint(lease command) error {
	return b.reportDifference("mint, from a stand-in that answers at once / hit", b.command("credlease", mint...), lease, 25*time.Millisecond)
}

// reportTrouble measures a mint whose lease the keyring cannot keep against one
// whose lease it keeps.
func (b bench) reportTrouble() error {
	locked, err := testbed.New()
	if err != nil {
		return err
	}
	defer locked.Close()
	if err := locked.Keyring.Lock(); err != nil {
		return err
	}
	absent := func() *exec.Cmd {
		cmd := b.Command("credlease", mint...)
		cmd.Env = append(cmd.Env, "CREDLEASE_BACKEND=secret-service", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
		return cmd
	}
	open := b.command("credlease", mint...)
	const bound = 100 * time.Millisecond
	if err := b.reportDifference("mint, keyring locked / open", bench{b.runs, locked}.command("credlease", mint...), open, bound); err != nil {
		return err
	}
	return b.reportDifference("mint, keyring absent / open", absent, open, bound)
}

func (b bench) reportDifference(title string, first, second command, bound time.Duration) error {
	p, err := measure(b.runs, first, second)
	if err != nil {
		return err
	}
	fmt.Printf("%-48s %s %s %4.1f ms %4.0f ms\n", title, ms(p.a), ms(p.b), p.difference.Seconds()*1000, bound.Seconds()*1000)
	return nil
}

// reportCrowd measures a hit among a thousand other items against one in a keyring
// that has nothing else.
func (b bench) reportCrowd(alone command) error {
	crowded, err := testbed.New()
	if err != nil {
		return err
	}
	defer crowded.Close()
	if err := addItems(crowded.Env, 1000); err != nil {
		return err
	}
	crowd := bench{b.runs, crowded}.command("credlease", hit...)
	if _, err := crowd.run(); err != nil {
		return err
	}
	p, err := measure(b.runs, crowd, alone)
	if err != nil {
		return err
	}
	fmt.Printf(ratioRow, "hit, with 1,000 more items / with none", ms(p.a), ms(p.b), p.ratio, 1.2)
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
	fmt.Printf("%-48s %5.1f MiB %25.0f MiB\n", "binary, stripped", float64(info.Size())/mib, 15.0)
	fmt.Printf("%-48s %5.1f MiB %25.0f MiB\n", "resident, of a hit at its peak", float64(peak)/mib, 25.0)
	return nil
}

func ms(d time.Duration) string { return fmt.Sprintf("%6.2f ms", d.Seconds()*1000) }
