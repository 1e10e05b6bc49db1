package main

import (
	"fmt"
	"time"
)

// An expectation is when an SDK runs the process, as its source has it.
type expectation struct {
	// window is the remaining lifetime under which it asks again.
	window time.Duration
	// jitter is how much later it may do so, by chance.
	jitter time.Duration
	// first is how often it runs the process before its first call.
	first int
	// inside and each are the same for a lease that is in the window from the
	// start, and how often it runs it for each call then.
	inside, each int
	// background is set if it does so while it goes on with what it has, one run
	// at a time, so that there may be fewer.
	background bool
	// command is set for a program that ends after one call.
	command bool
	// single is set for a client that asks from one thread whatever it is told.
	single bool
	// buckets is set for a client without STS, to whom the stand-in says who it
	// is by the name of its one bucket.
	buckets bool
}

// expectations are by client. Where the source says nothing else, the process
// runs once and the lease is kept until its last moment.
var expectations = map[string]expectation{
	"aws-cli-v1":      {window: 15 * time.Minute, first: 1, inside: 2, command: true, single: true},
	"aws-cli-v2":      {window: 15 * time.Minute, first: 1, inside: 2, command: true, single: true},
	"boto3":           {window: 15 * time.Minute, first: 1, inside: 1, each: 1},
	"boto3-debian":    {window: 15 * time.Minute, first: 1, inside: 1, each: 1},
	"cpp":             {window: 5 * time.Minute, first: 1, inside: 3, each: 1, buckets: true},
	"crt":             {window: 5 * time.Minute, first: 1, each: 1},
	"dotnet-emulated": {window: 16 * time.Minute, first: 1, inside: 1, each: 1, background: true},
	"java-v1":         {window: 15 * time.Second, first: 1, each: 1},
	"java-v2":         {window: 15 * time.Second, jitter: 15 * time.Second, first: 1, each: 1},
	"js-v2":           {window: 15 * time.Second, first: 1, each: 2},
	"js-v3":           {window: 5 * time.Minute, first: 1, inside: 1, each: 1},
	"kotlin":          {window: 10 * time.Second, first: 1, each: 1},
	"php-emulated":    {first: 1, single: true},
	"ruby":            {window: 5 * time.Minute, first: 2, each: 2},
	"rust":            {window: 10 * time.Second, first: 1, each: 1},
	"rust-oldest":     {window: 10 * time.Second, first: 1, each: 1},
	"swift-emulated":  {window: 5 * time.Minute, first: 1, each: 1},
}

func expectationOf(name string) expectation {
	if e, ok := expectations[name]; ok {
		return e
	}
	return expectation{first: 1}
}

// callsAfter is how often the client is to call again after its first call.
func (e expectation) callsAfter() int {
	if e.command {
		return 2
	}
	return 10
}

// A span is from the least to the most there may be of something.
type span struct{ least, most int }

func (s span) holds(n int) bool { return s.least <= n && n <= s.most }

func (s span) String() string {
	if s.least == s.most {
		return fmt.Sprint(s.least)
	}
	return fmt.Sprintf("%d to %d", s.least, s.most)
}

// runs is how often the process runs for a number of calls one after the other,
// with leases of a lifetime that stay on one side of the window.
func (e expectation) runs(lifetime time.Duration, calls int) span {
	n := e.first
	switch inside := lifetime <= e.window; {
	case e.command && inside:
		n = e.inside * calls
	case e.command:
		n = e.first * calls
	case inside:
		n = e.inside + e.each*calls
	}
	if e.background {
		return span{min(n, e.first+1), n}
	}
	return span{n, n}
}
