package command

import (
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// A notice says on the terminal what a command waits for, if it waits for long,
// and takes that back when the wait is over.
type notice struct {
	mu    sync.Mutex
	what  string
	shown int // characters on the terminal
	timer *time.Timer
}

// patience is the wait that needs no explanation.
const patience = 2 * time.Second

// waitFor says what is waited for from now on. Nobody is told unless stderr is a
// terminal.
func (n *notice) waitFor(what string) {
	if !isTerminal(os.Stderr) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.what = what
	if n.timer == nil {
		n.timer = time.AfterFunc(patience, n.show)
	} else if n.shown > 0 {
		n.erase()
		n.write()
	}
}

func (n *notice) show() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.timer != nil {
		n.write()
	}
}

// write keeps to one line: two could not be taken back.
func (n *notice) write() {
	line := []rune("credlease: waiting for " + n.what)
	if width, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && width > 1 && len(line) >= width {
		line = append(line[:width-2], '…')
	}
	n.shown = len(line)
	os.Stderr.WriteString(string(line))
}

func (n *notice) erase() {
	if n.shown > 0 {
		os.Stderr.WriteString("\r" + strings.Repeat(" ", n.shown) + "\r")
		n.shown = 0
	}
}

// end takes the notice back. It may be called more than once.
func (n *notice) end() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.timer != nil {
		n.timer.Stop()
		n.timer = nil
	}
	n.erase()
}
