package cache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"credlease/internal/deadline"
	"credlease/provider"

	"github.com/gofrs/flock"
)

// runtimeFolder holds a lock and a memo for each request. It is the user's alone
// and goes with the machine's uptime; its files are never deleted, or two
// processes could lock two files of one name.
type runtimeFolder struct {
	path func() (string, error)
}

func openRuntimeFolder() runtimeFolder {
	return runtimeFolder{sync.OnceValues(makeRuntimeFolder)}
}

// lockFlags open a lock, or a memo to be written.
const lockFlags = os.O_CREATE | os.O_RDWR | ownFile

// A lock is held by the one process that mints for a request.
type lock struct {
	flock   *flock.Flock
	memo    string // path of the memo, or ""
	warning string // why nothing is locked
}

var errHeldElsewhere = errors.New("another process holds the lock")

// A HeldError says who did not finish a mint in the time that this process had.
type HeldError struct {
	PID   int
	Since time.Time
}

func (e *HeldError) Error() string {
	if e.PID == 0 {
		return "wait for another process to mint: no answer in time"
	}
	return fmt.Sprintf("wait for process %d to mint, since %s: no answer in time", e.PID, e.Since.Format(time.TimeOnly))
}

// acquire takes the lock of a request if nobody holds it. Where it cannot be
// taken at all, it returns one that locks nothing, and says so in its warning.
func (r runtimeFolder) acquire(key provider.Key) (*lock, error) {
	folder, err := r.path()
	if err != nil {
		return &lock{warning: "mint without a lock: " + err.Error()}, nil
	}
	held := &lock{flock: openLock(folder, key), memo: memoPath(folder, key)}
	locked, err := held.flock.TryLock()
	switch {
	case err != nil:
		return &lock{memo: held.memo, warning: "mint without a lock: " + err.Error()}, nil
	case !locked:
		return nil, errHeldElsewhere
	}
	held.updateMemo(func(m *memo) { m.Holder, m.Since = os.Getpid(), time.Now() })
	return held, nil
}

func openLock(folder string, key provider.Key) *flock.Flock {
	return flock.New(filepath.Join(folder, string(key[:32])+".lock"), flock.SetFlag(lockFlags), flock.SetPermissions(0o600))
}

func (l *lock) release() {
	if l.flock != nil {
		_ = l.flock.Unlock() // The kernel does it when we end.
	}
}

// wait returns when nobody holds the lock of a request. Waiters share the lock
// for an instant, so that none of them queues behind another, and the kernel
// wakes them: hundreds that look again and again would keep the holder from its
// work.
func (r runtimeFolder) wait(ctx context.Context, key provider.Key) error {
	folder, err := r.path()
	if err != nil {
		return err
	}
	waiter := openLock(folder, key)
	_, err = deadline.Do(ctx, func() (struct{}, error) { return struct{}{}, waiter.RLock() })
	if ctx.Err() != nil {
		m := readMemo(memoPath(folder, key))
		return &HeldError{PID: m.Holder, Since: m.Since}
	}
	if err != nil {
		return err
	}
	return waiter.Unlock()
}

// A gate keeps the readers and writers of a store apart whose files are not
// written atomically.
type gate struct{ name string }

// read lets other readers in until the function that it returns is called.
func (g gate) read() func() { return g.pass((*flock.Flock).TryRLockContext) }

// write lets nobody in until the function that it returns is called.
func (g gate) write() func() { return g.pass((*flock.Flock).TryLockContext) }

// pass goes on without the lock when it cannot be had: what is read in the
// middle of a writing is a miss.
func (g gate) pass(try func(*flock.Flock, context.Context, time.Duration) (bool, error)) func() {
	folder, err := makeRuntimeFolder()
	if err != nil {
		return func() {}
	}
	f := flock.New(filepath.Join(folder, "store-"+g.name+".lock"), flock.SetFlag(lockFlags), flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(context.Background(), readLimit/2)
	defer cancel()
	_, _ = try(f, ctx, time.Millisecond)
	return func() { _ = f.Unlock() }
}
