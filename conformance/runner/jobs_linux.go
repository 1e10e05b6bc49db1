package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// A job is a long one, in which the lease is renewed again and again.
type job struct {
	name  string
	keys  string
	mints int
}

const (
	// brief is the lifetime of a job's leases: they are due after half of it.
	brief = 4 * time.Second
	// pageDelay makes a job of a hundred pages outlive several leases.
	pageDelay = 40 * time.Millisecond
	pages     = keysInIt / 100
)

// tryJobs runs the scripts job-NAME that a client may have:
//
//	job-NAME BUILD BUCKET   lists a bucket, a hundred keys a page, and prints how many it has
func (b *bench) tryJobs(m *moto, c *client, r *result) error {
	scripts, err := filepath.Glob(filepath.Join(c.folder, "job-*"))
	if err != nil {
		return err
	}
	if err := b.configure(b.config()); err != nil {
		return err
	}
	for _, script := range scripts {
		if err := b.job(m, c, r, script); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) job(m *moto, c *client, r *result, script string) error {
	if err := b.reset(); err != nil {
		return err
	}
	s3 := m.counted(pageDelay)
	defer s3.Close()
	b.server.SetLifetime(brief)
	began := time.Now()
	s, err := b.use(c, use{script: script, argument: bucket, profile: kinds[0].profile(), env: []string{"AWS_ENDPOINT_URL_S3=" + s3.URL}})
	if err != nil {
		return err
	}
	took := time.Since(began)
	j := job{strings.TrimPrefix(filepath.Base(script), "job-"), strings.Join(s.arns, " "), b.mints()}
	r.jobs = append(r.jobs, j)
	var complaints []string
	if s.failed || s.stderr != "" {
		complaints = append(complaints, "fails: "+oneLine(s.stderr))
	}
	if j.keys != fmt.Sprint(keysInIt) {
		complaints = append(complaints, fmt.Sprintf("lists %s keys, want %d", j.keys, keysInIt))
	}
	if listed := int(s3.listed.Load()); listed != pages {
		complaints = append(complaints, fmt.Sprintf("asks for %d pages, want %d", listed, pages))
	}
	// A mint follows another after half a lease at the earliest.
	if most := int(took/(brief/2)) + 1; j.mints < 3 || j.mints > most {
		complaints = append(complaints, fmt.Sprintf("%d mints, want 3 to %d", j.mints, most))
	}
	// In their windows, SDKs run the process for each request, and JavaScript's
	// in the background besides.
	if most := 2 * (pages + 1); s.runs > most {
		complaints = append(complaints, fmt.Sprintf("%d runs of the process for %d requests", s.runs, pages))
	}
	r.complain("job "+j.name, complaints)
	return nil
}
