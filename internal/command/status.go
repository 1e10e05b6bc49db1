package command

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"credlease/cache"
)

// Status is credlease status.
type Status struct {
	JSON bool `name:"json" help:"Print JSON, of the shape that docs/status.md describes."`
}

// report is the JSON of --json, which docs/status.md describes.
type report struct {
	Stores   []cache.StoreReport `json:"stores"`
	Leases   []leaseReport       `json:"leases"`
	Failures []cache.Failed      `json:"failures"`
	Warnings []entryReport       `json:"warnings"`
	Callers  []cache.Caller      `json:"callers"`
	Journal  journalReport       `json:"journal"`
}

type leaseReport struct {
	Label            string       `json:"label"`
	AccessKeyID      string       `json:"accessKeyId"`
	Store            string       `json:"store"`
	Issued           time.Time    `json:"issued"`
	Expiration       time.Time    `json:"expiration"`
	RemainingSeconds int          `json:"remainingSeconds"`
	Callers          []string     `json:"callers"`
	LastFailure      *entryReport `json:"lastFailure,omitempty"`
	LastWarning      *entryReport `json:"lastWarning,omitempty"`
}

type entryReport struct {
	Time   time.Time `json:"time"`
	Text   string    `json:"text"`
	Caller string    `json:"caller,omitempty"`
}

type journalReport struct {
	Path    string `json:"path"`
	Trouble string `json:"trouble,omitempty"`
}

// lately is how far back warnings are shown.
const lately = 24 * time.Hour

// Run shows what is kept.
func (s *Status) Run(p *Process) error {
	ctx, cancel := context.WithTimeout(context.Background(), keyringLimit)
	defer cancel()
	c := p.byHand()
	leases, _ := c.Leases(ctx) // Stores tells of their troubles.
	journal := c.Journal()
	r := report{
		Stores:   c.Stores(ctx),
		Leases:   []leaseReport{},
		Failures: c.Failures(),
		Warnings: []entryReport{},
		Callers:  journal.Callers(),
		Journal:  journalReport{journal.Path, journal.Trouble},
	}
	for _, e := range journal.Warnings(p.Started.Add(-lately)) {
		r.Warnings = append(r.Warnings, *reportOf(&e))
	}
	for _, l := range leases {
		callers, failure, warning := journal.Of(l.Label)
		r.Leases = append(r.Leases, leaseReport{
			Label:            l.Label,
			AccessKeyID:      l.Credentials.AccessKeyID,
			Store:            l.Store,
			Issued:           l.Issued.Truncate(time.Second),
			Expiration:       l.Credentials.Expiration,
			RemainingSeconds: int(l.Remaining(time.Now()).Seconds()),
			Callers:          callers,
			LastFailure:      reportOf(failure),
			LastWarning:      reportOf(warning),
		})
	}
	if s.JSON {
		return printJSON(r)
	}
	return r.print()
}

func reportOf(e *cache.Entry) *entryReport {
	if e == nil {
		return nil
	}
	return &entryReport{e.Time, e.Text, e.Caller}
}

// print shows on one screen what a human wants to know first. What went wrong with
// a lease before it was minted anew is in the JSON alone.
func (r report) print() error {
	var text strings.Builder
	screen := newScreen()
	for i, t := range []*table{r.stores(), r.leases(), r.failures(), r.warnings(), r.callers()} {
		if len(t.rows) == 0 {
			continue
		}
		if i > 0 {
			text.WriteByte('\n')
		}
		t.write(&text, screen)
	}
	if r.Journal.Trouble != "" {
		text.WriteString("\n" + screen.fold("The journal cannot be read whole: "+printable(r.Journal.Trouble), 0) + "\n")
	}
	_, err := os.Stdout.WriteString(text.String())
	return err
}

func (r report) stores() *table {
	t := &table{}
	t.add("STORE", "STATE")
	for _, s := range r.Stores {
		state := cell{"usable", green}
		if !s.Usable {
			state = cell{s.Trouble, yellow}
		}
		t.add(s.Name, state)
	}
	if len(r.Stores) == 0 {
		t.add("none", cell{"leases are not kept", yellow})
	}
	return t
}

func (r report) leases() *table {
	t := &table{}
	if len(r.Leases) == 0 {
		t.add("Nothing is leased.")
		return t
	}
	t.add("LEASE", "STORE", "LEFT")
	for _, l := range r.Leases {
		t.add(l.Label, l.Store, short(time.Duration(l.RemainingSeconds)*time.Second))
	}
	return t
}

func (r report) failures() *table {
	t := &table{}
	for _, f := range r.Failures {
		if len(t.rows) == 0 {
			t.add("LAST FAILURE", "AGO")
		}
		t.add(cell{f.Text, red}, short(time.Since(f.Time)))
	}
	return t
}

func (r report) warnings() *table {
	t := &table{}
	for _, w := range r.Warnings {
		if len(t.rows) == 0 {
			t.add("LAST WARNING", "AGO")
		}
		t.add(cell{w.Text, yellow}, short(time.Since(w.Time)))
	}
	return t
}

func (r report) callers() *table {
	t := &table{}
	for _, c := range r.Callers {
		if len(t.rows) == 0 {
			t.add("CALLED BY", "MINTS", "FAILURES", "AGO")
		}
		t.add(c.Program, strconv.Itoa(c.Minted), strconv.Itoa(c.Failed), short(time.Since(c.LastSeen)))
	}
	return t
}
