// Package busguard settles which D-Bus session bus there is before anything
// dials it.
//
// The packages 99designs/keyring and godbus dial the session bus when they are
// initialised, before main: with no deadline, and with dbus-launch if no bus is
// known, which leaves a daemon behind each time. This package needs only the
// standard library, so that Go initialises it first. Where there is no bus that
// answers, it points the address at a socket that does not exist, which ends
// their attempt at once.
package busguard

import "os"

const (
	variable = "DBUS_SESSION_BUS_ADDRESS"
	nowhere  = "unix:path=/nonexistent"
)

var (
	original, wasSet = os.LookupEnv(variable)

	// Answers says whether there is a session bus, and that it answered.
	Answers bool

	// Silent says that a bus took the connection and never answered.
	Silent bool

	// PID is that of the bus, 0 if it is not known.
	PID int
)

// Restore gives the variable back the value that the process was started with,
// for the programs that we start.
func Restore() {
	if wasSet {
		os.Setenv(variable, original)
	} else {
		os.Unsetenv(variable)
	}
}
