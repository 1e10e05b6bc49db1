package provider

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	chainVariable = "CREDLEASE_CHAIN"
	maxChainLinks = 5
	// staleChain is how long after its deadline nobody waits any more. Whoever has
	// it still was started by one of the chain and has outlived it, as daemons do.
	staleChain = time.Minute
)

// EnterChain adds a request to the chain of credlease processes that wait for
// one another, which the environment carries from each to the processes it
// starts. It returns the earlier of the deadline and the one of whoever started
// us, and a function that takes the request out again.
//
// The error is a *[Failure] of [ClassLoop] when the request is already in the
// chain, or when the chain is longer than five.
//
// An empty key hands only the deadline on.
func EnterChain(key Key, deadline time.Time) (time.Time, func(), error) {
	before := os.Getenv(chainVariable)
	fields := strings.Split(before, ",")
	keys := fields[1:]
	if ms, err := strconv.ParseInt(fields[0], 10, 64); err == nil {
		inherited := time.UnixMilli(ms)
		switch {
		case time.Since(inherited) > staleChain:
			keys = nil
		case inherited.Before(deadline):
			deadline = inherited
		}
	}
	if slices.Contains(keys, string(key)) {
		return deadline, nil, &Failure{Class: ClassLoop, Step: "resolve source", Cause: "the profile reaches itself"}
	}
	if len(keys) >= maxChainLinks {
		return deadline, nil, &Failure{Class: ClassLoop, Step: "resolve source", Cause: fmt.Sprintf("more than %d credlease processes in a row", maxChainLinks)}
	}
	links := append([]string{strconv.FormatInt(deadline.UnixMilli(), 10)}, keys...)
	if key != "" {
		links = append(links, string(key))
	}
	os.Setenv(chainVariable, strings.Join(links, ","))
	return deadline, func() { os.Setenv(chainVariable, before) }, nil
}
