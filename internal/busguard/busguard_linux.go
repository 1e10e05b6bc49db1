package busguard

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"credlease/internal/load"
)

// patience is how long a bus may take to answer, and three times as long where
// there is too much to do and credentials to be had.
const patience = 500 * time.Millisecond

func init() {
	for _, address := range strings.Split(sessionAddress(), ";") {
		if answers(address) {
			Answers = true
			os.Setenv(variable, address)
			return
		}
		if Silent {
			break
		}
	}
	os.Setenv(variable, nowhere)
}

// sessionAddress is the user's own, else the bus that systemd starts for a user.
func sessionAddress() string {
	if address := os.Getenv(variable); address != "" && address != "autolaunch:" {
		return address
	}
	return "unix:path=/run/user/" + strconv.Itoa(os.Getuid()) + "/bus"
}

// answers says hello as the D-Bus specification's authentication protocol
// begins, and waits for the first byte of the answer.
func answers(address string) bool {
	path := socketPath(address)
	if path == "" {
		return false
	}
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer syscall.Close(fd)
	timeout := syscall.NsecToTimeval(patience.Nanoseconds())
	// A full backlog makes connect wait, and the send timeout bounds it.
	_ = syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, &timeout)
	_ = syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &timeout)
	err = patiently(func() error { return syscall.Connect(fd, &syscall.SockaddrUnix{Name: path}) })
	if err != nil {
		Silent = err == syscall.EAGAIN
		return false
	}
	if err := retried(func() error { return syscall.Sendto(fd, []byte("\x00AUTH\r\n"), syscall.MSG_NOSIGNAL, nil) }); err != nil {
		return false
	}
	if peer, err := syscall.GetsockoptUcred(fd, syscall.SOL_SOCKET, syscall.SO_PEERCRED); err == nil {
		PID = int(peer.Pid)
	}
	var first [1]byte
	var n int
	err = patiently(func() (err error) { n, _, err = syscall.Recvfrom(fd, first[:], 0); return err })
	Silent = err == syscall.EAGAIN
	return err == nil && n == 1
}

// patiently gives a call its time again, twice at most, while the machine or the
// bus is busy. For --help and --version, the bus does not matter.
func patiently(call func() error) (err error) {
	for range 3 {
		err = retried(call)
		if err != syscall.EAGAIN || len(os.Args) < 2 || strings.HasPrefix(os.Args[1], "-") || !load.MachineBusy() && !load.Busy(PID) {
			return err
		}
	}
	return err
}

// retried goes on when a signal interrupts a call, as Go's scheduler sends them.
func retried(call func() error) error {
	for {
		if err := call(); err != syscall.EINTR {
			return err
		}
	}
}

// socketPath returns the path of a unix:path= or unix:abstract= address, the
// latter with the @ that Go writes for its leading NUL byte.
func socketPath(address string) string {
	keys, ok := strings.CutPrefix(address, "unix:")
	if !ok {
		return ""
	}
	for _, pair := range strings.Split(keys, ",") {
		if path, ok := strings.CutPrefix(pair, "path="); ok {
			return unescape(path)
		}
		if name, ok := strings.CutPrefix(pair, "abstract="); ok {
			return "@" + unescape(name)
		}
	}
	return ""
}

// unescape reads the %xx of a D-Bus address.
func unescape(text string) string {
	var plain strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if code, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				plain.WriteByte(byte(code))
				i += 2
				continue
			}
		}
		plain.WriteByte(text[i])
	}
	return plain.String()
}
