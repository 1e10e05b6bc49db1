package cache

import (
	"math"
	"testing"
	"testing/quick"
	"time"

	"credlease/provider"
)

// lifetimes are all that AWS gives, in whole seconds, and the shorter ones that
// only a test sees.
func lifetimes(yield func(time.Duration) bool) {
	for l := time.Second; l <= 12*time.Hour; l += time.Second {
		if !yield(l) {
			return
		}
	}
}

func TestMargin(t *testing.T) {
	// The newest SDK asks again when 16 minutes are left. A lease that had less
	// when it was handed out would be asked for at every call.
	const widestWindow = 16 * time.Minute
	for l := range lifetimes {
		switch margin := Margin(l); {
		case margin <= 0 || margin >= l:
			t.Fatalf("Margin(%s) = %s, want more than 0 and less than the lifetime", l, margin)
		case l >= 34*time.Minute && margin <= widestWindow:
			t.Fatalf("Margin(%s) = %s, want more than %s", l, margin, widestWindow)
		}
	}
	for lifetime, want := range map[time.Duration]time.Duration{
		12 * time.Hour:               20 * time.Minute,
		40 * time.Minute:             20 * time.Minute,
		40*time.Minute - time.Second: 17 * time.Minute,
		34 * time.Minute:             17 * time.Minute,
		34*time.Minute - time.Second: 6 * time.Minute,
		12 * time.Minute:             6 * time.Minute,
		10 * time.Minute:             5 * time.Minute,
		0:                            0,
		-time.Hour:                   0,
	} {
		if got := Margin(lifetime); got != want {
			t.Errorf("Margin(%s) = %s, want %s", lifetime, got, want)
		}
	}
}

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func leaseOf(issued time.Time, lifetime, skew time.Duration) Lease {
	return Lease{
		Issued:      issued,
		Skew:        skew,
		Credentials: provider.Credentials{Expiration: issued.Add(lifetime)},
	}
}

// mintsInADay counts the mints of a machine that asks every second, and fails if
// it is ever handed a lease that has run out.
func mintsInADay(t *testing.T, lifetime, margin time.Duration) int {
	t.Helper()
	var lease Lease
	mints := 0
	for now := noon; now.Before(noon.Add(24 * time.Hour)); now = now.Add(time.Second) {
		if mints == 0 || !lease.fresh(now, margin) {
			lease = leaseOf(now, lifetime, 0)
			mints++
		}
		if lease.Remaining(now) <= 0 {
			t.Fatalf("lifetime %s, margin %s: at %s a lease of %s is handed out", lifetime, margin, now, lease.Credentials.Expiration)
		}
	}
	return mints
}

func timesInADay(interval time.Duration) int {
	return int(math.Ceil(float64(24*time.Hour) / float64(interval)))
}

func TestMintsOfADay(t *testing.T) {
	for lifetime := time.Second; lifetime <= 12*time.Hour; lifetime += lifetime/20 + time.Second {
		margin := Margin(lifetime)
		got, most := mintsInADay(t, lifetime, margin), timesInADay(lifetime-margin)
		if got > most {
			t.Errorf("lifetime %s: %d mints in a day, want at most %d", lifetime, got, most)
		}
		if least := timesInADay(lifetime); got < least {
			t.Errorf("lifetime %s: %d mints in a day cannot be, %d are needed", lifetime, got, least)
		}
	}
}

func TestMintsOfADayWithAMarginThatNoLeaseCanMeet(t *testing.T) {
	for lifetime := 2 * time.Second; lifetime <= 12*time.Hour; lifetime += lifetime/5 + time.Second {
		for _, margin := range []time.Duration{lifetime, lifetime + 1, 24 * time.Hour} {
			got, most := mintsInADay(t, lifetime, margin), timesInADay(min(time.Minute, lifetime/2))
			if got > most {
				t.Errorf("lifetime %s, margin %s: %d mints in a day, want at most %d", lifetime, margin, got, most)
			}
		}
	}
}

func TestFreshEndsAtTheMargin(t *testing.T) {
	lease := leaseOf(noon, time.Hour, 0)
	for at, want := range map[time.Duration]bool{
		0:                               true,
		40*time.Minute - 1:              true,
		40 * time.Minute:                false,
		time.Hour:                       false,
		-time.Hour:                      true, // the local clock was set back
		30 * time.Second:                true,
		40*time.Minute + time.Second:    false,
		59*time.Minute + 59*time.Second: false,
	} {
		if got := lease.fresh(noon.Add(at), 20*time.Minute); got != want {
			t.Errorf("an hour's lease is fresh after %s: got %v, want %v", at, got, want)
		}
	}
}

func TestUsableForAMinuteMore(t *testing.T) {
	lease := leaseOf(noon, time.Hour, 0)
	for at, want := range map[time.Duration]bool{
		59 * time.Minute:   true,
		59*time.Minute + 1: false,
		time.Hour:          false,
		1000 * time.Hour:   false,
		58 * time.Minute:   true,
	} {
		if got := lease.usable(noon.Add(at)); got != want {
			t.Errorf("an hour's lease is usable after %s: got %v, want %v", at, got, want)
		}
	}
}

// Whatever the clocks say, what is printed ends no later than AWS said, and an
// SDK that reads the local clock reckons with as much time as we do.
func TestSkewOnlyShortens(t *testing.T) {
	check := func(skewSeconds int16, lifetimeSeconds uint16, elapsedSeconds int16) bool {
		skew := time.Duration(skewSeconds) * time.Second
		lease := leaseOf(noon, time.Duration(lifetimeSeconds)*time.Second, skew)
		local := noon.Add(time.Duration(elapsedSeconds) * time.Second)
		now := local
		if aws := local.Add(skew); aws.After(local) {
			now = aws
		}
		printed := lease.Document().Expiration
		return !printed.After(lease.Credentials.Expiration) &&
			lease.Remaining(local) == lease.Credentials.Expiration.Sub(now) &&
			printed.Sub(local) == lease.Remaining(local)
	}
	if err := quick.Check(check, &quick.Config{MaxCount: 10_000}); err != nil {
		t.Error(err)
	}
}

// Where the local clock is ahead by more than the lifetime, a new lease has run
// out by it, and no SDK would take it.
func TestNewLeaseThatTheLocalClockTakesForOldIsNotFresh(t *testing.T) {
	lease := leaseOf(noon, time.Hour, -2*time.Hour)
	local := noon.Add(2 * time.Hour)
	if lease.fresh(local, Margin(time.Hour)) || lease.usable(local) {
		t.Error("a lease that ended an hour ago by the local clock is handed out")
	}
}
