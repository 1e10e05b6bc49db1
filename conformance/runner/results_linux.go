package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

const resultsFile = "conformance/RESULTS.md"

// A page is Markdown that is being written.
type page struct{ strings.Builder }

func (p *page) text(format string, values ...any) { fmt.Fprintf(p, format+"\n\n", values...) }

func (p *page) table(heads []string, rows [][]string) {
	line := func(cells []string) { fmt.Fprintf(p, "| %s |\n", strings.Join(cells, " | ")) }
	line(heads)
	line(strings.Split(strings.Repeat("---,", len(heads)-1)+"---", ","))
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		line(cells)
	}
	p.WriteString("\n")
}

// list writes numbered lines, which a table's columns refer to.
func (p *page) list(lines []string) {
	for i, line := range lines {
		fmt.Fprintf(p, "%d. %s\n", i+1, line)
	}
	p.WriteString("\n")
}

func code(text string) string { return "`" + text + "`" }

// writeResults writes nothing that differs from one run to the next.
func writeResults(results []result, m *moto) error {
	var p page
	p.text("# What the SDKs make of credlease")
	p.text("Written by `conformance/run`: every SDK's own default credential chain, from an AWS config file, through credlease and a real gnome-keyring. AWS is the stand-in, which verifies signatures, or %s.", m.version)
	p.leases(results)
	p.windows(results)
	p.failures(results)
	p.states(results)
	p.jobs(results)
	p.spellings(results)
	p.mistakes(results)
	return os.WriteFile(resultsFile, []byte(strings.TrimRight(p.String(), "\n")+"\n"), 0o644)
}

func (p *page) leases(results []result) {
	real := 0
	for _, r := range results {
		if r.client.emulated == "" {
			real++
		}
	}
	p.text("## Leases")
	p.text("%d clients are real and %d emulated: where an SDK cannot be had here, its own lines that run the process and read the answer, in its language or as near to it as there is.", real, len(results)-real)
	p.text("`1+1/1` is one run of the process by a client that makes eleven calls (three by those that are commands), one by a second client after it, and one mint for both; – is a client that has no STS to ask moto with. "+
		"Each is what the SDK's source predicts. A crowd is %d processes of %d threads, all at once and with nothing in the keyring: one mint. "+
		"Stderr is what the process and the client wrote there, in bytes, and left what they left running or unwaited for.", crowdProcesses, crowdThreads)
	heads := []string{"Client", "Version", ""}
	for _, l := range results[0].leases {
		heads = append(heads, l.kind.name)
	}
	heads = append(heads, "Crowd", "Stderr", "Left", "Verdict")
	var rows [][]string
	for _, r := range results {
		row := []string{r.client.name, r.client.version, "real"}
		if r.client.emulated != "" {
			row[2] = "emulated"
		}
		for _, l := range r.leases {
			row = append(row, l.cell(r.client))
		}
		if len(r.leases) < len(results[0].leases) {
			row = append(row, "–") // moto, which is the last.
		}
		verdict := "as predicted"
		if r.complaints != nil {
			verdict = "**not as predicted**"
		}
		rows = append(rows, append(row, fmt.Sprint(r.crowd.mints), fmt.Sprint(r.stderr), fmt.Sprint(r.left), verdict))
	}
	p.table(heads, rows)
	for _, r := range results {
		if r.client.emulated != "" {
			fmt.Fprintf(p, "- %s: %s\n", r.client.name, r.client.emulated)
		}
	}
	p.WriteString("\n")
}

// cell has the count where the source predicts one, and else what it predicts.
func (l leased) cell(c *client) string {
	cold, warm := fmt.Sprint(l.cold), fmt.Sprint(l.warm)
	e := expectationOf(c.name)
	want := e.runs(l.kind.lifetime, 1+e.callsAfter())
	if want.least < want.most && want.holds(l.cold) && want.holds(l.warm) {
		cold, warm = want.String(), want.String()
	}
	return fmt.Sprintf("%s+%s/%d", cold, warm, l.mints)
}

func (p *page) windows(results []result) {
	p.text("## Renewal")
	p.text("An SDK asks again when a lease has come to its window. That was run: AWS gave a lease that comes to it after %s, the client went on past it, a call a second, and was handed one lease more. "+
		"Computed from it is what a lease of an hour comes to, at credlease's margin of 20 minutes, and one of 15 minutes, at 6.", untilDue)
	var rows [][]string
	for _, r := range results {
		e := expectationOf(r.client.name)
		ran := "a process a call"
		if r.renewal.tried {
			ran = fmt.Sprintf("lease of %s: %d more, 1 mint more", e.window+untilDue, r.renewal.runs)
		}
		hour := fmt.Sprintf("every %s", short(time.Hour-e.window))
		quarter := fmt.Sprintf("every %s", short(15*time.Minute-e.window))
		if e.command {
			hour, quarter = "every command", "twice every command"
		} else if e.window >= 15*time.Minute {
			quarter = "every call"
		}
		rows = append(rows, []string{r.client.name, e.shownWindow(), ran, hour, quarter})
	}
	p.table([]string{"Client", "Window", "Runs of the process, run", "1 h, computed", "15 min, computed"}, rows)
}

func (e expectation) shownWindow() string {
	if e.jitter > 0 {
		return fmt.Sprintf("%s to %s left, by chance", short(e.window), short(e.window-e.jitter))
	}
	return short(e.window) + " left"
}

func short(d time.Duration) string {
	if d > 0 && d%time.Minute == 0 {
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return d.String()
}

func (p *page) failures(results []result) {
	p.text("## Failures")
	p.text("What a user sees. `credlease status` shows the cause in each case, also where the SDK hides it.")
	var rows [][]string
	for _, r := range results {
		for _, f := range r.failures {
			told := "hidden"
			if f.told {
				told = "shown"
			}
			rows = append(rows, []string{r.client.name, f.name, fmt.Sprint(f.runs), told, code(f.text)})
		}
	}
	p.table([]string{"Client", "Trouble", "Runs", "Cause", "The user sees"}, rows)
}

func (p *page) states(results []result) {
	p.text("## Leases that are over or unknown")
	p.text("GetCallerIdentity with credentials from a document in the environment: those that live are told apart from those that have expired and those that AWS does not know.")
	var rows [][]string
	var heads []string
	for _, r := range results {
		if r.states == nil {
			continue
		}
		row := []string{r.client.name}
		heads = []string{"Client"}
		for _, s := range r.states {
			heads = append(heads, s.name)
			if s.text == "" {
				row = append(row, "an ARN")
			} else {
				row = append(row, code(s.text))
			}
		}
		rows = append(rows, row)
	}
	p.table(heads, rows)
}

func (p *page) jobs(results []result) {
	p.text("## Long jobs")
	p.text("Listing %d keys of a bucket in moto, a hundred a page, with leases of %s: the lease is renewed at least twice on the way, no call fails, no page is asked for twice, and nobody mints more often than every %s.", keysInIt, brief, brief/2)
	var rows [][]string
	for _, r := range results {
		for _, j := range r.jobs {
			rows = append(rows, []string{r.client.name, j.name, j.keys})
		}
	}
	p.table([]string{"Client", "Job", "Keys"}, rows)
}

func (p *page) spellings(results []result) {
	p.text("## Spelling of `credential_process`")
	p.text("The first line has every character that credlease may write, in the path and in the arguments, and every client has to read it right. The others are what people write: `other` means that the program got other arguments, and – that it was not run or its answer not used.")
	var lines []string
	for _, s := range spellings {
		lines = append(lines, code(s.shown()))
	}
	p.list(lines)
	p.outcomes(results, len(spellings), func(r result) []string { return r.quoting })
}

func (p *page) mistakes(results []result) {
	p.text("## Mistakes")
	p.text("Whose credentials a client uses if the profile has a good `credential_process` and, beside it or in it, a mistake: those of the process, of static keys, or of the other role; – is a failure.")
	var lines []string
	for _, m := range mistakes {
		lines = append(lines, m.name)
	}
	p.list(lines)
	p.outcomes(results, len(mistakes), func(r result) []string { return r.mistakes })
}

func (p *page) outcomes(results []result, columns int, of func(result) []string) {
	heads := []string{"Client"}
	for i := range columns {
		heads = append(heads, fmt.Sprint(i+1))
	}
	var rows [][]string
	for _, r := range results {
		rows = append(rows, append([]string{r.client.name}, of(r)...))
	}
	p.table(heads, rows)
}
