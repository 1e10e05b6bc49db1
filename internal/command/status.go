package command

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"credlease/cache"
)

// Status is credlease status.
type Status struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// report is the JSON of --json.
type report struct {
	Stores   []cache.StoreReport `json:"stores"`
	Leases   []leaseReport       `json:"leases"`
	Failures []cache.Failed      `json:"failures"`
}

type leaseReport struct {
	Label            string    `json:"label"`
	AccessKeyID      string    `json:"accessKeyId"`
	Store            string    `json:"store"`
	Issued           time.Time `json:"issued"`
	Expiration       time.Time `json:"expiration"`
	RemainingSeconds int       `json:"remainingSeconds"`
}

// Run shows what is kept.
func (s *Status) Run(p *Process) error {
	ctx, cancel := context.WithTimeout(context.Background(), keyringLimit)
	defer cancel()
	c := p.byHand()
	leases, _ := c.Leases(ctx) // Stores tells of their troubles.
	r := report{Stores: c.Stores(ctx), Leases: []leaseReport{}, Failures: c.Failures()}
	for _, l := range leases {
		r.Leases = append(r.Leases, leaseReport{
			Label:            l.Label,
			AccessKeyID:      l.Credentials.AccessKeyID,
			Store:            l.Store,
			Issued:           l.Issued.Truncate(time.Second),
			Expiration:       l.Credentials.Expiration,
			RemainingSeconds: int(l.Remaining(time.Now()).Seconds()),
		})
	}
	if s.JSON {
		return printJSON(r)
	}
	return r.print()
}

func (r report) print() error {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "STORE\tSTATE")
	for _, s := range r.Stores {
		state := "usable"
		if !s.Usable {
			state = s.Trouble
		}
		fmt.Fprintf(table, "%s\t%s\n", s.Name, state)
	}
	if len(r.Stores) == 0 {
		fmt.Fprintln(table, "none\tleases are not kept")
	}
	table.Flush()
	if len(r.Leases) > 0 {
		fmt.Fprintln(table, "\nLEASE\tSTORE\tLEFT")
		for _, l := range r.Leases {
			fmt.Fprintf(table, "%s\t%s\t%s\n", l.Label, l.Store, short(time.Duration(l.RemainingSeconds)*time.Second))
		}
	} else {
		fmt.Fprintln(table, "\nNothing is leased.")
	}
	table.Flush()
	if len(r.Failures) > 0 {
		fmt.Fprintln(table, "\nLAST FAILURE\tAGO")
		for _, f := range r.Failures {
			fmt.Fprintf(table, "%s\t%s\n", f.Text, short(time.Since(f.Time)))
		}
	}
	table.Flush()
	_, err := os.Stdout.WriteString(text.String())
	return err
}
